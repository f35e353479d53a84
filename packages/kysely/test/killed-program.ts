import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsup'
import { afterAll, beforeAll } from 'vitest'
import type { Connection } from './sqlite-file.js'

/** What a run of the program came to. */
export interface KilledRun {
  readonly died: boolean
  /** What it printed. */
  readonly lines: readonly string[]
}

/** Builds the program of `fixtures` for the tests of a file. Returns what runs it until it ends or is killed. */
export function killedProgram(): (...args: readonly string[]) => Promise<KilledRun> {
  const outDir = mkdtempSync(join(import.meta.dirname, '../node_modules/.killed-'))
  const program = join(outDir, 'killed-at-statement.cjs')

  // The program is started about forty times. As one file of JavaScript, it starts in a tenth of a second.
  beforeAll(async () => {
    await build({
      entry: [join(import.meta.dirname, 'fixtures/killed-at-statement.ts')],
      outDir,
      format: 'cjs',
      config: false,
      silent: true,
      external: ['libsql'],
      noExternal: [/^@keywright\//, 'kysely'],
      esbuildOptions: (options) => {
        options.conditions = ['@keywright/source']
      },
    })
  }, 60_000)
  afterAll(() => rmSync(outDir, { recursive: true, force: true }))

  return (...args) =>
    new Promise((resolve, reject) => {
      execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
        const died = error?.signal === 'SIGKILL'
        if (error !== null && !died) reject(new Error(stderr))
        else resolve({ died, lines: stdout.split('\n').slice(0, -1) })
      })
    })
}

/** Everything that is stored. */
export function dumpOf({ raw }: Connection): unknown {
  const tables = raw.prepare("select name from sqlite_master where type = 'table' order by name").all()
  return (tables as { name: string }[]).map(({ name }) => [
    name,
    raw.prepare(`select * from ${name} order by 1, 2`).all(),
  ])
}
