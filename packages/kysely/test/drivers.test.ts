import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { type DriverRow, driverRows } from './drivers/rows.js'
import { tellStory } from './drivers/story.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, engines, testedEngines } from './engines.js'
import { keyringOver } from './keyring-over.js'

const tested = testedEngines().map(({ name }): string => name)
const isBun = process.versions.bun !== undefined
/** Those that this runtime has, on the engines that this run tests; on Bun, those that only Bun has. */
const rows = driverRows.filter(
  ({ engine, open, driver }) =>
    open !== null && (isBun ? driver === '`bun:sqlite`' : engine === 'SQLite' || tested.includes(engine)),
)

/** Opens a row's database, and drops what a test makes there. */
function opened({ open, engine, driver }: DriverRow): { readonly db: Kysely<object>; readonly tablePrefix: string } {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const db = new Kysely<object>({ dialect: open?.(join(folder, 'keys.sqlite')) ?? expect.unreachable() })
  const tablePrefix = newPrefix()
  onTestFinished(async () => {
    await db.destroy()
    const server = driver === 'PGlite' ? undefined : engines.find(({ name }) => name === engine)
    const admin = server === undefined ? null : await connect(server)
    if (admin === null) return
    await dropTables(admin, tablePrefix)
    await admin.destroy()
  })
  return { db, tablePrefix }
}

const nameOf = ({ engine, driver, options }: DriverRow): string => `${engine}, ${driver}${options && `, ${options}`}`

describe('a driver that works', () => {
  it.each(rows.filter(({ refusal }) => refusal === null).map((row) => [nameOf(row), row] as const))(
    '%s',
    async (_, row) => {
      const { db, tablePrefix } = opened(row)
      await tellStory(db, tablePrefix)
    },
  )
})

// Bun has none of its own that is refused.
describe.skipIf(isBun)('a driver that is refused, with what to do instead', () => {
  if (isBun) return it.todo('is tried on Node')
  it.each(rows.flatMap((row) => (row.refusal === null ? [] : [[nameOf(row), row, row.refusal] as const])))(
    '%s',
    async (_, row, refusal) => {
      const { db, tablePrefix } = opened(row)
      const message = expect.stringMatching(refusal)
      await expect(migrateToLatest(db, { tablePrefix })).rejects.toMatchObject({ code: 'invalid_options', message })
      const store = kyselyStore(db, { tablePrefix })
      // Each method that sends a value, on a store that was not used before.
      const fresh = () => kyselyStore(db, { tablePrefix })
      const [organizationId, at] = ["' or 1=1 -- ", new Date(0)]
      const refused = [
        fresh().find('0123456789abcdef'),
        fresh().findByLookupDigest(['x']),
        fresh().list({ organizationId, limit: 1 }),
        fresh().stats({ organizationId }),
        fresh().listUsage({ organizationId, from: at, to: at }),
        fresh().listAudit({ organizationId, order: 'asc', limit: 1 }),
        fresh().auditHead(organizationId),
        fresh().appendAudit(organizationId, []),
        fresh().checkValue('x', organizationId),
        fresh().recordUsage('x', []),
        fresh().replaceHash('x', { hash: 'x', lookupDigest: null }, { hash: 'y', lookupDigest: null }),
      ]
      for (const answer of await Promise.allSettled(refused)) expect(answer).toMatchObject({ reason: { message } })
      expect(await keyringOver(store).keyring.doctor()).toContainEqual(expect.objectContaining({ message }))
    },
  )
})

it('docs/databases.md says the same of each driver', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/databases.md'), 'utf8')
  const shown = page
    .split('\n')
    .filter((line) => /^\| (SQLite|PostgreSQL|MariaDB) \| [^|]+ \| [^|]* \| (works|refused) \|$/.test(line))
  const expected = driverRows.map(
    ({ engine, driver, options, refusal }) =>
      `| ${engine} | ${driver} | ${options} | ${refusal === null ? 'works' : 'refused'} |`,
  )
  expect(shown).toEqual(expected)
})
