/** The clients that {@link clientConfig} writes for, in the order to show them in. `generic` is for any other. */
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
