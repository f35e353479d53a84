import { sql } from 'kysely'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { kyselyStore, migrateToLatest, migrationSql } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

describe.each(testedEngines())('tables without triggers, on $name', (engine) => {
  const opening = connect(engine)
  afterAll(async () => (await opening)?.destroy())

  it('take changes of the audit log, which doctor says, and verification still finds', async () => {
    const db = (await opening) ?? expect.unreachable(`Nothing answers at ${engine.url}`)
    const outcomes = await Promise.all(
      [false, true].map(async (triggers) => {
        const tablePrefix = newPrefix()
        onTestFinished(() => dropTables(db, tablePrefix))
        await migrateToLatest(db, { tablePrefix, triggers })
        const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
        await keyring.create(input)
        const audit = sql.table(`${tablePrefix}api_key_audit`)
        const forged = await sql`update ${audit} set actor_id = 'nobody'`.execute(db).catch(() => 'refused')
        return {
          found: (await keyring.doctor()).map(({ code, severity }) => `${severity} ${code}`),
          isForged: forged !== 'refused',
          verdict: (await keyring.audit.verify({ organizationId: owner.organizationId })).ok,
        }
      }),
    )
    expect(outcomes).toEqual([
      { found: ['warning exposed_audit'], isForged: true, verdict: false },
      { found: [], isForged: false, verdict: true },
    ])
  })
})

describe('the SQL of migrations without triggers', () => {
  it.each(['sqlite', 'postgres', 'mysql'] as const)('has none for %s, and is otherwise the same', (dialect) => {
    const texts = (triggers: boolean) => migrationSql({ dialect, triggers }).flatMap(({ statements }) => statements)
    const [without, all] = [texts(false), texts(true)]
    expect(without.filter((text) => /trigger (?!s')|function/.test(text))).toEqual([])
    expect(without.filter((text) => !all.includes(text))).toEqual([expect.stringContaining("'without triggers'")])
    const more = all.filter((text) => !without.includes(text) && !text.startsWith('insert into'))
    expect(more.filter((text) => !/trigger|function/.test(text))).toEqual([])
  })

  it('refuses what is no boolean', async () => {
    const triggers = 'false' as unknown as boolean // as JavaScript may
    expect(() => migrationSql({ dialect: 'sqlite', triggers })).toThrow(/triggers must be a boolean/)
  })
})
