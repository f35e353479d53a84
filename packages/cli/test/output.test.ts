import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { migratedSqlite, newFolder, type RunOptions, runHere, sqlite } from './support/cli-world.js'

let env: Readonly<Record<string, string>>
let token: string
let id: string
const run = (line: readonly string[], options: RunOptions = {}) => runHere(line, { env, ...options })
beforeEach(async () => {
  env = (await migratedSqlite()).env
  const name = 'a name that is longer than a narrow terminal has room for, 日本語 and all'
  const made = await run(['keys', 'create', name, '--organization', 'acme', '--user', 'ada', '--scope', 'tasks.read'])
  token = made.out.trim()
  id = token.split('_')[2] ?? ''
  expect(made).toMatchObject({ code: 0, err: `This is the token of key ${id}, ${name}. It is shown only this once:\n` })
  expect(made.out).toBe(`${token}\n`)
})

describe('for people', () => {
  it('a table fits the terminal, and is whole elsewhere', async () => {
    const { out } = await run(['keys', 'list'], { columns: 100 })
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^ID +NAME +STATUS +OWNER/)
    expect(lines[1]).toContain('…')
    // A character of Japanese is two columns wide.
    expect(lines.every((line) => [...line].reduce((sum, one) => sum + (one > '⺀' ? 2 : 1), 0) <= 100)).toBe(true)
    expect((await run(['keys', 'list'])).out).toContain('日本語 and all')
  })

  it('what changes a key says what it is then', async () => {
    expect((await run(['keys', 'disable', id, '--dry-run'])).out).toBe(
      `Key ${id} would be disabled. Nothing was changed.\n`,
    )
    expect((await run(['keys', 'disable', id, '--yes'])).out).toBe(`Key ${id} is disabled.\n`)
    expect((await run(['keys', 'disable', id, '--yes'])).out).toBe(`Key ${id} stays as it is: disabled.\n`)
    expect((await run(['keys', 'enable', id])).out).toBe(`Key ${id} is active.\n`)
    expect((await run(['keys', 'revoke', id, '--at', '2999-01-01', '--yes'])).out).toBe(
      `Key ${id} is active, until 2999-01-01T00:00:00.000Z.\n`,
    )
  })

  it('lists, logs, counts and verdicts are readable', async () => {
    expect((await run(['keys', 'show', id])).out).toMatch(
      new RegExp(
        `^id +${id}\\nname +a name .*\\ndescription +-\\ntags +-\\nstatus +active\\nowner +user ada of acme\\n`,
      ),
    )
    expect((await run(['audit', 'list', '--organization', 'acme'])).out).toMatch(
      /^NO\. +TIME .*\n1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +api_key\.created +user operator +/,
    )
    expect((await run(['stats', '--organization', 'acme'])).out).toMatch(/^active +1\ndisabled +0\n/)
    expect((await run(['verify'], { input: token })).out).toMatch(new RegExp(`^The token is good\\.\\nkey +${id}\\n`))
    expect((await run(['verify', '--scope', 'members.read'], { input: token })).out).toMatch(
      /^The token is refused: insufficient_scope, /,
    )
    expect((await run(['doctor'])).out).toBe('All is well.\n')
    expect((await run(['audit', 'verify', '--organization', 'acme'])).out).toMatch(
      /^The log is as it was written: 1 records, /,
    )
  })

  it('says that there are more, and where', async () => {
    await run(['keys', 'create', 'second', '--organization', 'acme'])
    const first = await run(['keys', 'list', '--limit', '1'])
    const [, cursor = ''] = /^There are more: --cursor (\S+)\n$/.exec(first.err) ?? []
    const second = await run(['keys', 'list', '--limit', '1', `--cursor=${cursor}`])
    expect(first.out).toContain('second')
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining(id), err: '' })
  })
})

describe('what is refused', () => {
  it.each([
    [['keys', 'revoke'], 2, /^id is missing: /],
    [['keys', 'revoke', 'a1B2c3D4e5F6'], 1, /\(key_not_found\)$/],
    [['keys', 'show', '123e45678901'], 1, /\(key_not_found\)$/],
    [
      ['keys', 'create', 'x', '--organization', 'acme', '--scope', 'tasks.raed'],
      2,
      /^scopes\[0\]: tasks\.raed is not in the catalog\. .*\(scope_unknown\)$/,
    ],
    [['keys', 'create', 'x'], 2, /^--organization is missing/],
    [['keys', 'create', 'x', '--user', 'ada'], 2, /^--organization is missing/],
    [['keys', 'list', '--user', 'ada'], 2, /^--user needs --organization/],
    [
      ['keys', 'create', 'x', '--organization', 'a', '--resource', 'board'],
      2,
      /^--resource must be a type, an id and a level/,
    ],
    [
      ['keys', 'create', 'x', '--organization', 'a', '--resource', 'board:*=read,board:b1=edit'],
      2,
      /^--resource gives a level on all/,
    ],
    [['keys', 'create', 'x', '--organization', 'a', '--rate-limit', '100'], 2, /^--rate-limit must be/],
    [['keys', 'create', 'x', '--organization', 'a', '--metadata', '[]'], 2, /^--metadata must be a JSON object/],
    [
      ['keys', 'create', 'x', '--organization', 'a', '--expires', '2020-01-01'],
      2,
      /^expiresAt must be .*\(invalid_input\)$/,
    ],
    [
      ['keys', 'create', 'x', '--organization', 'a', '--expires', '2027-01-31T12:00:00'],
      2,
      /^--expires must be a date/,
    ],
    [['keys', 'create', 'x', '--organization', 'a', '--expires', '2027-02-31'], 2, /^--expires must be a date/],
    [
      ['keys', 'create', 'x', '--organization', 'a', '--expires', '2027-02-31T12:00:00Z'],
      2,
      /^--expires must be a date/,
    ],
    [
      ['keys', 'create', 'x', '--organization', 'a', '--expires', '2027-01-31T25:00:00Z'],
      2,
      /^--expires must be a date/,
    ],
    [['keys', 'create', 'x', '--organization', 'a', '--expires', 'soon'], 2, /^--expires must be a date/],
    [['keys', 'create', 'x', '--organization', 'a', '--expires', '3w'], 2, /^--expires must be a length of time/],
    [['keys', 'create', 'x', '--organization', 'a', '--actor', 'key:a'], 2, /^--actor must be user: or system:/],
    [['keys', 'list', '--limit', '1e1'], 2, /^--limit must be a whole number/],
    [['keys', 'list', '--limit', '1000'], 2, /^limit must be .*\(invalid_input\)$/],
    [['keys', 'list', '--organization', 'a', '--unused-since', 'May'], 2, /^--unused-since must be a date/],
    [['verify'], 2, /^There is no token on standard input/],
    [['verify', '--prefix', 'tk'], 2, /^--prefix, --environment and --secret-length go with/],
    [['audit', 'list'], 2, /^--organization is missing/],
    [['audit', 'verify'], 2, /^Give --organization .* or --file/],
    [['migrate', '--print', 'sql'], 2, /^--print needs --dialect/],
    [['migrate', '--dialect', 'sqlite'], 2, /^--dialect and --after go with --print/],
    [['migrate', '--no-triggers'], 2, /^--no-triggers and --no-collations go with --database-url/],
  ])('%j', async (line, code, message) => {
    const ran = await run(line)
    expect({ code: ran.code, out: ran.out }).toEqual({ code, out: '' })
    expect(ran.err.trimEnd()).toMatch(message)
    expect(ran.err).not.toContain(token)
  })

  it.each([['disable'], ['revoke'], ['delete'], ['rotate']])(
    '%s without --yes, where nobody can be asked: nothing is done',
    async (verb) => {
      const ran = await run(['keys', verb, id])
      expect(ran).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/\? Add --yes to confirm it: .*\(not_confirmed\)\n$/),
      })
      expect(JSON.parse((await run(['keys', 'show', id, '--json'])).out).key).toMatchObject({
        status: 'active',
        version: 1,
      })
    },
  )

  it('a key beyond the plan', async () => {
    for (const name of ['a', 'b']) await run(['keys', 'create', name, '--organization', 'small'])
    expect(await run(['keys', 'create', 'c', '--organization', 'small'])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('(plan_limit_reached)'),
    })
  })

  it.each([
    ['throws.config.ts', /throws\.config\.ts could not be loaded: mine \*\*\* \(config_failed\)/],
    ['nothing.config.ts', /nothing\.config\.ts must export default defineConfig\(\{ keyring \}\)\./],
    ['misspelt.config.ts', /misspelt\.config\.ts is wrong: Unknown option keyrings\. Did you mean keyring\?/],
    ['wrapped.config.ts', /wrapped\.config\.ts is wrong: Option keyring must be what createKeyring returned\./],
    ['async-fault.config.ts', /async-fault\.config\.ts is wrong: the vault is sealed/],
  ])('a configuration that is wrong: %s', async (name, message) => {
    const config = join(import.meta.dirname, 'fixtures', name)
    const secret = { KEYWRIGHT_PEPPER: 'c4N4ry of a pepper' }
    const ran = await run(['keys', 'list', '--config', config], { env: { ...env, ...secret } })
    expect(ran).toMatchObject({ code: 4, out: '' })
    expect(ran.err).toMatch(message)
    expect(ran.err).not.toContain('c4N4ry')
  })

  it('what doctor finds, without a secret in it', async () => {
    const { options } = sqlite()
    const folder = newFolder()
    await run(['migrate', ...options], { folder })
    const place = [...options, '--table-prefix', 'c4n4ry_of_a_pepper_']
    expect((await run(['doctor', ...place], { folder })).out).toContain('c4n4ry_of_a_pepper_api_key_migrations')
    for (const json of [[], ['--json']]) {
      const ran = await run(['doctor', ...place, ...json], {
        folder,
        env: { KEYWRIGHT_PEPPER: 'c4n4ry_of_a_pepper_api_key_migrations' },
      })
      expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('***') })
      expect(ran.out).not.toContain('c4n4ry_of_a_pepper_api_key_migrations')
    }
  })

  it('a database without tables, and doctor says what it finds: exit 1', async () => {
    const { options } = sqlite()
    const folder = newFolder()
    await run(['migrate', ...options, '--table-prefix', 'one_'], { folder })
    expect(await run(['doctor', ...options, '--table-prefix', 'two_'], { folder })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^error schema: .*migrate/),
      err: expect.stringMatching(/^Not examined, because there is no configuration: /),
    })
    expect(await run(['keys', 'list', ...options, '--table-prefix', 'two_'], { folder })).toMatchObject({
      code: 3,
      out: '',
    })
  })
})
