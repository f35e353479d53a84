import { type Io, isInteractive } from './io.js'

/** Tells a person how far long work is. */
export interface Progress {
  /** Says what is done now. */
  say(message: string): void
}

/**
 * Does long work, with a spinner beside it where a person looks on. Elsewhere nothing is written: a spinner reads keys from standard
 * input, and would swallow what is piped into it.
 */
export async function withProgress<T>(io: Io, message: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  if (!isInteractive(io)) return work({ say: () => {} })
  const { spinner } = await import('@clack/prompts')
  const shown = spinner({ output: io.stderr, withGuide: false })
  shown.start(message)
  try {
    return await work({ say: (next) => shown.message(next) })
  } finally {
    shown.clear()
  }
}
