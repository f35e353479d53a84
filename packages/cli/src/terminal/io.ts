import type { Readable, Writable } from 'node:stream'
import { unprintable } from '@keywright/core/adapter'
import { Failure } from './failure.js'

/** What the program reads and writes: the process, or what stands for it in a test. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Output
  /** For notes, questions, progress and errors: what is not the answer. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the program was started. */
  readonly folder: string
  /** Loads modules of the project. */
  readonly modules: HostModules
}

/** A stream to write to, maybe a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly fd?: number }

/** The modules of the project that the program is run in. */
export interface HostModules {
  /** Imports a package by its name, or a file by its absolute path. `null` where there is no such package. */
  load(specifier: string): Promise<Readonly<Record<string, unknown>> | null>
}

/**
 * Writes a text, and waits until it is taken: of a long answer, no more than a piece is in memory.
 *
 * @throws Failure where nobody reads it.
 */
export function write(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) =>
    output.write(text, (error) => {
      if (!error) resolve()
      else reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new Failure('unread', unread) : error) // of a stream
    }),
  )
}

const unread = 'Nobody reads what the program writes.'

/** Writes the answer of a command, with a line break at its end. */
export function answer(io: Io, text: string): Promise<void> {
  return write(io.stdout, text.endsWith('\n') ? text : `${text}\n`)
}

/** Writes the answer of a command for programs: one JSON text, in which dates are ISO 8601. */
export function answerJson(io: Io, value: unknown): Promise<void> {
  return answer(io, JSON.stringify(value, null, 2).replace(misleading, asEscape))
}

/** A terminal would obey these, and a name may be of a stranger. Those that are not escaped already can only be in texts. */
const misleading = /* @__PURE__ */ new RegExp(`(?!\\n)${unprintable.source}`, 'gu')

function asEscape(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/** Tells people something beside the answer. Where nobody reads that, the answer is written all the same. */
export async function note(io: Io, text: string): Promise<void> {
  await write(io.stderr, `${text}\n`).catch(() => {})
}

/** Whether somebody is there to be asked. */
export function isInteractive({ stdin, stderr }: Io): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
}
