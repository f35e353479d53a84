/** The clients that {@link clientConfig} supports, in display order. `generic` is for any other client. */
export const clientIds = [
  'claude-code',
  'claude-desktop',
  'cursor',
  'vs-code',
  'windsurf',
  'zed',
  'codex',
  'gemini-cli',
  'cline',
  'continue',
  'jetbrains',
  'generic',
] as const

/** One of {@link clientIds}. */
export type ClientId = (typeof clientIds)[number]
