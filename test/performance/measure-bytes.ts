import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** How many bytes one call allocates. */
export interface Bytes {
  /** One `keyring.verify` over the memory store. */
  readonly verify: number
  /** The same of a client's address, where failed attempts are counted. */
  readonly counted: number
  /** One request of Node, converted and passed by a gate. */
  readonly gate: number
}

const flags = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=128', '--import', 'tsx']

/** Measures in a fresh process: what else ran before would have changed what is compiled, and how. */
export async function measureBytes(): Promise<Bytes> {
  const program = join(import.meta.dirname, 'bytes.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { cwd: import.meta.dirname })
  return JSON.parse(stdout)
}
