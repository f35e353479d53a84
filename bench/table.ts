import { parseArgs } from 'node:util'
import { againstBetterAuth } from './table/better-auth.js'
import { bytes } from './table/bytes.js'
import { onMariadb, onPostgres, onSqlite } from './table/engines.js'
import { overHttp } from './table/http.js'
import { manyKeys } from './table/many-keys.js'
import { overMcp } from './table/mcp.js'
import { memory } from './table/memory.js'
import { textOf, writePage } from './table/page.js'
import type { Part, Row } from './table/row.js'

// Keywright against its peers and against code by hand: one table, which is printed and written to docs/benchmarks.md.
// `--only memory,sqlite` measures some parts, and writes nothing. `--quick` measures fewer rounds.
const parts: Readonly<Record<string, Part>> = {
  memory,
  bytes,
  sqlite: onSqlite,
  postgres: onPostgres,
  mariadb: onMariadb,
  'many-keys': manyKeys,
  express: overHttp('express'),
  fastify: overHttp('fastify'),
  hono: overHttp('hono'),
  mcp: overMcp,
  'better-auth': againstBetterAuth,
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== '--'),
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const names = values.only?.split(',') ?? Object.keys(parts)
const unknown = names.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) throw new Error(`No part ${unknown.join(', ')}: there are ${Object.keys(parts).join(', ')}`)

const turns = { rounds: values.quick ? 5 : 21, turnMs: 80 }
const rows: Row[] = []
for (const [index, name] of names.entries()) {
  console.error(`${index + 1} of ${names.length}: ${name}`)
  const measured = (await parts[name]?.(turns)) ?? []
  for (const row of measured) console.error(`  ${textOf(row)}`)
  rows.push(...measured)
}
const page = await writePage(rows, { turns, writes: values.only === undefined })
console.log(page)
process.exit() // better-auth keeps timers
