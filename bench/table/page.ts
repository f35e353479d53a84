import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import type { Spread, Turns } from '../compare.js'
import { type KeyDatabase, mariadb, postgres, sqlite } from '../databases.js'
import { isMet, type Row, type Target } from './row.js'

const path = join(import.meta.dirname, '../../docs/benchmarks.md')
const begin = '<!-- Written by pnpm run table in bench. -->'
const end = '<!-- The end of what is written. -->'

/** Libraries whose versions the page names. */
const libraries = [
  'better-auth',
  '@better-auth/api-key',
  'prefixed-api-key',
  'express',
  'fastify',
  'hono',
  '@hono/node-server',
  '@modelcontextprotocol/sdk',
  '@modelcontextprotocol/server',
  'kysely',
  'libsql',
  'pg',
  'mysql2',
  'undici',
] as const

/** The table, and on what it was measured. It is put into the page, unless only parts of it were measured. */
export async function writePage(
  rows: readonly Row[],
  { turns, writes }: { readonly turns: Turns; readonly writes: boolean },
): Promise<string> {
  const table = [...(await circumstances(turns)), '', ...tableOf(rows)].join('\n')
  if (writes) {
    const page = readFileSync(path, 'utf8')
    const [before, after] = [page.indexOf(begin), page.indexOf(end)]
    if (before < 0 || after < before) throw new Error(`${path} has no place for the table`)
    writeFileSync(path, `${page.slice(0, before + begin.length)}\n\n${table}\n\n${page.slice(after)}`)
  }
  return table
}

/** A row in one line. */
export function textOf(row: Row): string {
  return [row.what, `against ${row.against}:`, measuredOf(row), `(${targetOf(row.target)}: ${verdictOf(row)})`].join(
    ' ',
  )
}

function tableOf(rows: readonly Row[]): readonly string[] {
  const lines = rows.map((row) => [
    row.what,
    row.against,
    targetOf(row.target),
    measuredOf(row),
    row.processorUs?.map((us) => us.toLocaleString('en')).join(' : ') ?? '',
    verdictOf(row),
  ])
  const head = ['Keywright', 'against', 'target', 'measured (middle half of rounds)', 'processor time of each, µs', '']
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
}

function targetOf(target: Target | null): string {
  if (target === null) return 'none'
  if ('least' in target) return `≥ ${target.least} ×`
  if ('above' in target) return `> ${target.above} ×`
  return `≤ ${target.mostBytes.toLocaleString('en')} bytes`
}

function measuredOf({ measured, target }: Row): string {
  if (measured === null) return 'not at hand'
  const isBytes = target !== null && 'mostBytes' in target
  const text = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 })
  const { median, low, high }: Spread = measured
  return `${text(median)} ${isBytes ? 'bytes' : '×'} (${text(low)} to ${text(high)})`
}

function verdictOf(row: Row): string {
  const met = isMet(row)
  return met === null ? '' : met ? 'met' : '**missed**'
}

async function circumstances({ rounds }: Turns): Promise<readonly string[]> {
  const [{ model = 'a processor' } = {}] = cpus()
  const engines = [await versionOf(await sqlite()), await versionOf(await postgres('keywright_bench_version'))]
  engines.push(await versionOf(await mariadb('keywright_bench_version')))
  return [
    `- ${new Date().toISOString().slice(0, 10)}, ${rounds} rounds, on ${availableParallelism()} cores (${model.trim()})`,
    `- Node ${process.versions.node}; ${engines.filter((engine) => engine !== null).join(', ')}`,
    `- ${libraries.map((name) => `${name} ${installed(name)}`).join(', ')}`,
  ]
}

async function versionOf(database: KeyDatabase | null): Promise<string | null> {
  if (database === null) return null
  const { name, db, close } = database
  const call =
    name === 'SQLite'
      ? sql`sqlite_version()`
      : name === 'PostgreSQL'
        ? sql`current_setting('server_version')`
        : sql`version()`
  const { rows } = await sql<{ version: string }>`select ${call} as version`.execute(db)
  await close()
  return `${name} ${rows[0]?.version}`
}

/** The version of a library. Not all of them export their `package.json`. */
function installed(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  for (const folder of folders) {
    try {
      return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version
    } catch {
      // It is not in this folder.
    }
  }
  throw new Error(`${name} is not installed beside ${dirname(path)}`)
}
