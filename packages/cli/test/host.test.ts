import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { memoryStore } from '@keywright/core'
import { testKeyring } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import { defineConfig, hostModules, readDatabaseAddress } from '../src/host/index.js'
import { openDatabase } from '../src/host/open-database.js'
import { withoutSecrets } from '../src/terminal/index.js'
import { newFolder } from './support/cli-world.js'

/** A folder with these files. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = newFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

describe('the modules of a project', () => {
  const mine = {
    'package.json': '{"type":"module"}',
    'node_modules/pg/package.json': '{"name":"pg","main":"pg.cjs"}',
    'node_modules/pg/pg.cjs': 'exports.whose = "mine"',
  }

  it('are TypeScript that the runtime may not read, with what it imports', async () => {
    const folder = project({
      ...mine,
      'keywright.config.ts':
        "import { level } from './level.js'\nimport { whose } from 'pg'\nexport default { level, whose }",
      'level.ts': 'enum Level { Low = 1 }\nexport const level: Level = Level.Low',
    })
    const loaded = await hostModules(folder).load(join(folder, 'keywright.config.ts'))
    expect(loaded?.default).toEqual({ level: 1, whose: 'mine' })
    // A configuration may hold a secret: what it was compiled to is kept nowhere.
    expect(existsSync(join(folder, 'node_modules/.cache'))).toBe(false)
  })

  it('come before those beside the program; `null` is what neither has', async () => {
    expect(await hostModules(project(mine)).load('pg')).toMatchObject({ default: { whose: 'mine' } })
    expect(await hostModules(newFolder()).load('csv-parse')).toHaveProperty('parse')
    expect(await hostModules(newFolder()).load('no-such-package')).toBe(null)
  })

  it('throw what they throw', async () => {
    const folder = project({ 'keywright.config.ts': "const never: number = 1\nthrow new Error('the vault is sealed')" })
    await expect(hostModules(folder).load(join(folder, 'keywright.config.ts'))).rejects.toThrow('the vault is sealed')
  })
})

describe('a package that the program needs', () => {
  const address = { engine: 'sqlite', path: ':memory:' } as const

  it('is named where it is missing, with what to run', async () => {
    const modules = { load: async () => null }
    await expect(openDatabase(modules, address, { isNew: true })).rejects.toThrow(
      'Package @keywright/kysely is missing here: run npm install @keywright/kysely.',
    )
  })

  it('is named where it is broken', async () => {
    const modules = {
      load: (name: string) => (name === 'pg' ? Promise.reject(new Error('no bindings')) : import(name)),
    }
    const opening = openDatabase(modules, { engine: 'postgres', url: 'postgres://h/d' }, { isNew: true })
    await expect(opening).rejects.toMatchObject({
      code: 'missing_package',
      message: 'Package pg is here, and cannot be loaded.',
    })
  })
})

describe('the address of a database', () => {
  it.each([
    ['sqlite:./keys.db', { engine: 'sqlite', path: '/srv/keys.db' }],
    ['sqlite:keys.db', { engine: 'sqlite', path: '/srv/keys.db' }],
    ['sqlite://keys.db', { engine: 'sqlite', path: '/srv/keys.db' }],
    ['sqlite:/data/keys.db', { engine: 'sqlite', path: '/data/keys.db' }],
    ['sqlite:///data/my%20keys.db', { engine: 'sqlite', path: '/data/my keys.db' }],
    ['file:../keys.db', { engine: 'sqlite', path: '/keys.db' }],
    ['postgres://h/d', { engine: 'postgres', url: 'postgres://h/d' }],
    ['PostgreSQL://h/d', { engine: 'postgres', url: 'PostgreSQL://h/d' }],
    ['mysql://h/d', { engine: 'mysql', url: 'mysql://h/d' }],
    ['mariadb://h/d', { engine: 'mysql', url: 'mysql://h/d' }],
  ])('%s is read', (address, expected) => {
    expect(readDatabaseAddress(address, '/srv')).toEqual(expected)
  })

  it.each([
    '',
    'keys.db',
    'sqlite:',
    'sqlite://',
    'redis://h',
    'sqlite:a\0b',
    'sqlite:a#b',
    'sqlite:a?mode=ro',
    'sqlite:a%20b',
    'sqlite:///a?b',
    'sqlite:///a#b',
    'sqlite:///a%2Fb',
    'sqlite:///a%zz',
    'sqlite:///a%00b',
  ])('%j is refused', (address) => {
    expect(() => readDatabaseAddress(address, '/srv')).toThrow(/^The address of /)
  })
})

describe('a text that the program did not write', () => {
  const env = { DATABASE_URL: 'postgres://u:p%40ss%2Fw0rd@h/d', KEYWRIGHT_PEPPER: 'pepper pepper pepper' }

  it.each([
    ['at postgres://u:p%40ss%2Fw0rd@h/d', 'at postgres://u:***@h/d'],
    ['password p@ss/w0rd is wrong', 'password *** is wrong'],
    ['password g1ven is wrong', 'password *** is wrong'],
    ['at mysql://other:secret@h', 'at mysql://other:***@h'],
    ['at mysql://other:s@cr@t-w0rd@h', 'at mysql://other:***@h'],
    ['at https://h/d?password=hunter22&x=1', 'at https://h/d?password=***&x=***'],
    ['at libsql://h?authToken=hunter22', 'at libsql://h?authToken=***'],
    ['hashed with pepper pepper pepper', 'hashed with ***'],
    ['nothing to hide', 'nothing to hide'],
  ])('%j loses its secrets', (text, expected) => {
    expect(withoutSecrets(text, { env }, 'mysql://u:g1ven@h/d')).toBe(expected)
  })
})

describe('an address with a password that is not encoded, or in its query', () => {
  it.each([
    ['postgres://app:p@ss-w0rd@db/app', 'password p@ss-w0rd is wrong'],
    ['postgres://app@db/app?password=p@ss-w0rd&x=1', 'password p@ss-w0rd is wrong'],
    ['libsql://db?authToken=p%40ss-w0rd', 'password p@ss-w0rd is wrong'],
  ])('%s loses it', (address, text) => {
    expect(withoutSecrets(text, { env: { DATABASE_URL: address } }, undefined)).toBe('password *** is wrong')
  })
})

describe('defineConfig', () => {
  const { keyring } = testKeyring({ store: memoryStore() })

  it('gives what it was given, fixed', () => {
    const config = defineConfig({ keyring, actor: { type: 'user', id: 'ada' }, migrations: async () => [] })
    expect(config).toMatchObject({ keyring, actor: { type: 'user', id: 'ada' } })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it.each([
    [{ keyring: {} }, 'Option keyring must be what createKeyring returned.'],
    [{ keyring, migrations: true }, 'Option migrations must be a function such as () => migrateToLatest(db).'],
    [{ keyring, close: {} }, 'Option close must be a function such as () => db.destroy().'],
    [{ keyring, actor: { type: 'key', id: 'a' } }, "Option actor.type must be 'user' or 'system'."],
    [{ keyring, actor: { type: 'user', id: '' } }, 'Option actor.id must be a text that is not empty.'],
    [{ keyring, migration: () => [] }, 'Unknown option migration. Did you mean migrations?'],
  ])('refuses what is wrong: %#', (config, message) => {
    expect(() => defineConfig(config as never)).toThrow(message)
  })
})
