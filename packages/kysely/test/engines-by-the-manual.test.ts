import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import { migrationSql, postgresBus } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, type Engine, engines } from './engines.js'
import { refusedBy, unknownWords } from './engines-by-the-manual/compare.js'
import { changesSchema } from './engines-by-the-manual/features.js'
import { type Manual, manuals } from './engines-by-the-manual/manuals.js'
import { manualTable } from './engines-by-the-manual/table.js'
import { type Part, parts, wholeLife } from './engines-by-the-manual/whole-life.js'

type DialectName = Manual['made']['dialect']

/** A statement of one part of a life, or of the bus. */
interface Sent {
  readonly part: Part | 'bus'
  readonly statement: string
}

const lived: Partial<Record<DialectName, readonly Sent[]>> = {}
const dialectOf = (engine: Engine): DialectName => (engine.name === 'MariaDB' ? 'mysql' : 'postgres')

/** The engines to live on: those whose dialects the manuals are about. */
const places = unlessEverything(
  engines.filter(({ name }) => name === 'PGlite' || name === 'MariaDB'),
  ({ name }) => name === 'PGlite',
  ({ name }) => name,
)

describe.each(places)('a whole life on $name', (engine) => {
  it('does what it says, and is written down', async () => {
    const sent = new Map<string, Sent>()
    let part: Part = 'migrations'
    const log = ({ query }: { readonly query: { readonly sql: string } }) => {
      // A list of many parameters is the same statement as one of few.
      const statement = query.sql.replace(/\(([?$\d, ]+)\)(, \([?$\d, ]+\))+/g, '($1)')
      sent.set(`${part} ${statement}`, { part, statement })
    }
    const db = (await connect(engine, { log })) ?? expect.unreachable(`Nothing answers at ${engine.url}`)
    const tables = { tablePrefix: newPrefix() }
    onTestFinished(async () => {
      await dropTables(db, tables.tablePrefix)
      await db.destroy()
    })
    for (const one of parts) {
      part = one
      await wholeLife[one]({ db, tables })
    }
    lived[dialectOf(engine)] = [...sent.values(), ...(engine.name === 'PGlite' ? await statementsOfBus() : [])]
    expect(sent.size).toBeGreaterThan(150)
  })
})

/** What `postgresBus` sends, told by a pool that notes it. */
async function statementsOfBus(): Promise<readonly Sent[]> {
  const sent: Sent[] = []
  const query = async (statement: string) => {
    sent.push({ part: 'bus', statement })
  }
  const on = () => {}
  const bus = postgresBus({ query, on, connect: async () => ({ query, on, release: on }) })
  await bus.publish('key')
  await new Promise<void>((resolve) => {
    const stop = bus.subscribe(on, () => resolve())
    onTestFinished(() => stop())
  })
  return sent
}

/** What was sent in a dialect, with tables made as an engine needs it. */
function sentTo({ made, migrates }: Manual): readonly Sent[] {
  const sent = lived[made.dialect] ?? []
  const printed = migrationSql(made).flatMap(({ statements }) => statements)
  const ofSteps = printed.map((statement): Sent => ({ part: 'migrations', statement }))
  // The lock and what surrounds the steps are those of `migrateToLatest`; the steps are made with the engine's options.
  const around = sent.filter(({ part, statement }) => part === 'migrations' && migrates && !changesSchema(statement))
  return [...sent.filter(({ part }) => part !== 'migrations'), ...ofSteps, ...around]
}

describe.each(places.map(dialectOf))('every statement of %s', (dialect) => {
  it('has only words that were looked up', () => {
    expect((lived[dialect] ?? []).flatMap(({ statement }) => unknownWords(statement))).toEqual([])
  })

  it.each(manuals.filter(({ made }) => made.dialect === dialect))(
    'is one that $name takes, or that is named',
    (manual) => {
      const { answers, migrates, without, works } = manual
      const refused = new Set(sentTo(manual).flatMap(({ statement }) => refusedBy(manual, statement)))
      // On PostgreSQL, each step is a transaction of `migrateToLatest`.
      if (migrates && dialect === 'postgres' && answers.schemaInTransaction.has !== true)
        refused.add('schemaInTransaction')
      if (works) expect([...refused].sort()).toEqual(Object.keys(without).sort())
      else
        expect([...refused].sort()).toEqual(['columnDefaults', 'indexes', 'isolation', 'notifications', 'savepoints'])
    },
  )
})

describe('a word that nobody looked up', () => {
  it.each([
    ['uuid', 'a type that is cast to', 'select cast(coalesce(max("version"), 0) as uuid) as total from "t"'],
    ['inet', 'a type within a cast', 'select cast(cast(floor("version") as inet) as text) as total'],
    ['double', 'the first word of a type', 'select cast("version" as double precision) as total'],
    ['lower(', 'a function of a schema', 'select pg_catalog.lower(t.name) as total from "t"'],
    ['brin', 'the kind of an index over an expression', 'create unique index "i" on "t" using brin (("name" || ?))'],
    [
      'spgist',
      'the kind of an index with a condition',
      'create unique index "i" on "t" using spgist ("name") where "name" = ?',
    ],
    ['truncate', 'what sets off a trigger', 'create trigger "t" after truncate on "t" as begin end'],
  ])('is found: %s, %s', (word, _, statement) => {
    expect(unknownWords(statement)).toContain(`${word} in ${statement}`)
  })

  it('is no name that a statement gives, and no column', () => {
    const statement = 'select cast(sum(t.version) as bigint) as total, t.name from (select 1 as one) as t'
    expect(unknownWords(statement)).toEqual([])
  })
})

describe('docs/databases.md', () => {
  it('has the same table, and the day on which the manuals were read', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/databases.md'), 'utf8')
    const lines = page.split('\n')
    const table = manualTable()
    const start = lines.indexOf(table[0] ?? '')
    expect(lines.slice(start, start + table.length)).toEqual(table)
    expect([...new Set(manuals.map(({ read }) => read))]).toEqual(['2026-11-27'])
    expect(page).toContain('read on 27 November 2026')
  })
})
