import { type Io, write } from './io.js'

/** Tells a person how far long work is. */
export interface Progress {
  /** Says what is done now. */
  say(message: string): void
}

/** Goes to the beginning of the line, and clears it. */
const again = '\r\u001b[2K'

/**
 * Does long work, with a line about it where a person looks on. It touches neither standard input nor signals: what is piped in or
 * typed ahead is for others, and Ctrl-C ends the program.
 */
export async function withProgress<T>(io: Io, message: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  if (io.stderr.isTTY !== true) return work({ say: () => {} })
  const say = (text: string): void => void write(io.stderr, `${again}${text} …`).catch(() => {})
  say(message)
  try {
    return await work({ say })
  } finally {
    await write(io.stderr, again).catch(() => {})
  }
}
