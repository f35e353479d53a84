import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, type Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { unlessEverything } from '../../../../test/support/everything.js'
import { run } from '../../src/run.js'
import type { HostModules } from '../../src/terminal/index.js'

/** What a run of the program ended with, and wrote. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** How the program is run. */
export interface RunOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly folder?: string
  /** Columns of the terminal that it writes to. @defaultValue none: no terminal */
  readonly columns?: number
  /** Where it reads from, in place of `input`. */
  readonly stdin?: Readable
  /** Where the answer goes, in place of `out`. */
  readonly output?: Writable
  /** Keys that a person types, one by one, into the terminal of the process. @defaultValue none: no terminal */
  readonly keys?: readonly string[]
}

export type RunProgram = (line: readonly string[], options?: RunOptions) => Promise<Ran>

export const fixtures: string = join(import.meta.dirname, '../fixtures')

let loads = 0

/** As the project in the folder of the fixtures has them: the tests' own, which are compiled already. A file is loaded anew each time. */
const modules: HostModules = {
  load: (specifier) => {
    loads += 1
    if (specifier.startsWith('/')) return import(`${specifier}?${loads}`)
    return import(specifier).catch(() => null)
  },
}

/** Runs the program within this process. The configuration of the fixtures finds its database in the environment. */
export const runHere: RunProgram = async (
  line,
  { input = '', env = {}, folder = fixtures, columns, keys, output, stdin: given } = {},
) => {
  for (const name of ['TEST_DATABASE', 'TEST_SCHEMA', 'TEST_AUDIT_KEY', 'TEST_NOTICES', 'TEST_VAULT']) {
    if (env[name] === undefined) delete process.env[name]
    else process.env[name] = env[name]
  }
  const terminal = columns === undefined ? {} : { isTTY: true, columns }
  const person = keys === undefined ? {} : { isTTY: true }
  const [stdout, stderr] = [Object.assign(new PassThrough(), terminal), Object.assign(new PassThrough(), person)]
  const stdin = given ?? (keys === undefined ? Readable.from([input]) : typed(keys, stderr))
  const texts = Promise.all([text(stdout), text(stderr)])
  const code = await run(line, { stdin, stdout: output ?? stdout, stderr, env, folder, modules })
  stdout.end()
  stderr.end()
  const [out, err] = await texts
  return { code, out, err }
}

/** A terminal on which somebody types once there is a question. */
function typed(keys: readonly string[], questions: PassThrough): Readable {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} })
  questions.once('data', async () => {
    for (const key of keys) {
      stdin.write(key)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  return stdin
}

/** Runs the program as a user does: its own process, with the modules of the project. */
export const runProgram: RunProgram = async (line, { input = '', env = {}, folder = fixtures } = {}) => {
  const flags = ['-C', '@keywright/source', '--import', import.meta.resolve('tsx')]
  const program = spawn(process.execPath, [...flags, join(import.meta.dirname, '../../src/bin.ts'), ...line], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  })
  program.stdin.end(input)
  const texts = Promise.all([text(program.stdout), text(program.stderr)])
  const [code] = await once(program, 'close')
  const [out, err] = await texts
  return { code, out, err }
}

/** A database of its own. */
export interface TestDatabase {
  /** The environment in which the configuration of the fixtures finds it. */
  readonly env: Readonly<Record<string, string>>
  /** The options by which the program finds it without a configuration. */
  readonly options: readonly string[]
}

/** A database that the program is tried with. */
export interface TestEngine {
  readonly name: 'SQLite' | 'PostgreSQL' | 'MariaDB'
  open(): Promise<TestDatabase>
}

/** The engines to try things on: all where everything is tested, otherwise SQLite. */
export function testedEngines(): readonly TestEngine[] {
  return unlessEverything(
    [
      { name: 'SQLite', open: async () => sqlite() },
      { name: 'PostgreSQL', open: postgres },
      { name: 'MariaDB', open: mariaDb },
    ] as const,
    ({ name }) => name === 'SQLite',
    ({ name }) => name,
  )
}

/** A folder that is deleted after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let template: Promise<Buffer> | undefined

/** A file with the tables. They are made once, and copied: most of the time of these tests would go there. */
export async function migratedSqlite(): Promise<TestDatabase> {
  template ??= makeTemplate()
  const path = join(newFolder(), 'keys.db')
  writeFileSync(path, await template)
  return { env: { TEST_DATABASE: `sqlite:${path}` }, options: ['--database-url', `sqlite:${path}`] }
}

async function makeTemplate(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-cli-'))
  const path = join(folder, 'keys.db')
  const { code, err } = await runHere(['migrate', '--database-url', `sqlite:${path}`])
  const content = code === 0 ? readFileSync(path) : err
  rmSync(folder, { recursive: true })
  if (typeof content === 'string') throw new Error(content)
  return content
}

/** A file that is not there yet. */
export function sqlite(): TestDatabase {
  const url = `sqlite:${join(newFolder(), 'keys.db')}`
  return { env: { TEST_DATABASE: url }, options: ['--database-url', url] }
}

const postgresUrl = process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'

/** A schema that is not there yet. */
async function postgres(): Promise<TestDatabase> {
  const schema = `cli_${crypto.randomUUID().slice(0, 8)}`
  onTestFinished(async () => {
    const client = new pg.Client(postgresUrl)
    await client.connect()
    await client.query(`drop schema if exists ${schema} cascade`)
    await client.end()
  })
  return {
    env: { TEST_DATABASE: postgresUrl, TEST_SCHEMA: schema },
    options: ['--database-url', postgresUrl, '--schema', schema],
  }
}

const mysqlUrl = process.env.KEYWRIGHT_TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/test'

/** A database that is new. */
async function mariaDb(): Promise<TestDatabase> {
  const name = `cli_${crypto.randomUUID().slice(0, 8)}`
  const run = async (sql: string): Promise<void> => {
    const connection = await createConnection(mysqlUrl)
    await connection.query(sql)
    await connection.end()
  }
  await run(`create database ${name}`)
  onTestFinished(() => run(`drop database ${name}`))
  const url = new URL(mysqlUrl)
  url.pathname = `/${name}`
  return { env: { TEST_DATABASE: url.href }, options: ['--database-url', url.href] }
}
