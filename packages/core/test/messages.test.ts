import { testAccess, testKeyring, testOwners, testPeppers } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import { createGate, createKeyring, defineAccess, hmacSha256, memoryStore } from '../src/entries/index.js'

// A caller in JavaScript, whom no compiler warns.
type Call = (...args: unknown[]) => unknown
const untyped = <T>(value: T) => value as unknown as Record<string, Call>
const js = (call: unknown) => call as Call

const owner = testOwners.user
const { keyring } = testKeyring()
const keys = untyped(keyring)
const create = (more: object) => keys.create?.({ name: 'ci', owner, ...more })
const keyringWith = (more: object) =>
  js(createKeyring)({ prefix: 'tk', access: testAccess, store: memoryStore(), resolveOwner: 'uncapped', ...more })
const access = (more: object) => js(defineAccess)({ scopes: { 'members.read': 'x', 'members.invite': 'y' }, ...more })
const peppers = (p1: unknown) => js(hmacSha256)({ current: 'p1', peppers: { p1 } })
const missing =
  'Option hasher.peppers.p1 is missing: set it to a secret of at least 32 bytes. Make one with: openssl rand -base64 32'
const short =
  'Option hasher.peppers.p1 is too short: it must have at least 32 bytes. Make one with: openssl rand -base64 32'
const longer = 'Option hasher.peppers.p1 must be a secret of at least 32 bytes, and not one repeated.'
const list = 'Option scopes must be a list of at least one scope. Leave it out to let any active key pass.'

describe('a wrong call is told what is wrong and what to do', () => {
  it.each<[string, () => unknown, string]>([
    ['hmacSha256()', () => js(hmacSha256)(), 'Option hasher must be an object with some of: current, peppers.'],
    ['no peppers', () => js(hmacSha256)({}), 'Option hasher.peppers must be an object with a secret for each id.'],
    ['a pepper that is not set', () => peppers(undefined), missing],
    ['a pepper that is null', () => peppers(null), missing],
    ['an empty pepper', () => peppers(''), missing],
    ['a short pepper', () => peppers('short'), short],
    ['a short pepper of bytes', () => peppers(Buffer.alloc(31, 'ab')), short],
    ['a pepper that is a number', () => peppers(32), longer],
    ['a pepper of one character', () => peppers('x'.repeat(40)), longer],
    [
      'another current pepper',
      () => js(hmacSha256)({ current: 'p2', peppers: { p1: testPeppers.p1 } }),
      'Option hasher.current must be the id of one of hasher.peppers.',
    ],
    [
      'createKeyring()',
      () => js(createKeyring)(),
      expect.stringMatching(/^Option options must be an object with some of: prefix, /),
    ],
    ['createKeyring({})', () => js(createKeyring)({}), 'Option access must be what defineAccess returned.'],
    ['no store', () => keyringWith({ store: undefined }), 'Option store must be a key store such as kyselyStore(db).'],
    ['no prefix', () => keyringWith({ prefix: undefined }), 'Option prefix must be letters and digits such as tk.'],
    ['a misspelt option', () => keyringWith({ hashr: null }), 'Unknown option hashr. Did you mean hasher?'],
    [
      'a misspelt manageScope',
      () => keyringWith({ manageScope: 'members.reed' }),
      'Option manageScope must be a scope of the catalog. Did you mean members.read?',
    ],
    [
      'defineAccess()',
      () => js(defineAccess)(),
      'Option options must be an object with some of: scopes, implies, presets, roles, resources.',
    ],
    [
      'implies of a misspelt scope',
      () => access({ implies: { 'members.reed': [] } }),
      'implies: members.reed is not in the catalog. Did you mean members.read?',
    ],
    [
      'implies a misspelt scope',
      () => access({ implies: { 'members.invite': ['members.raed'] } }),
      'implies["members.invite"][0]: members.raed is not in the catalog. Did you mean members.read?',
    ],
    [
      'a preset of a misspelt scope',
      () => access({ presets: { all: ['memebrs.*'] } }),
      'presets["all"][0]: memebrs.* is not in the catalog. Did you mean members.*?',
    ],
    ['stats()', () => keys.stats?.(), 'options must be an object with some of: organizationId, owner.'],
    [
      'stats({})',
      () => keys.stats?.({}),
      'organizationId must be a string of 1 to 255 printable characters, without spaces around them.',
    ],
    [
      'usage()',
      () => keys.usage?.(),
      'options must be an object with some of: organizationId, from, to, interval, keyId.',
    ],
    ['create()', () => keys.create?.(), 'input must be an object with name and owner.'],
    ['revoke()', () => keys.revoke?.(), 'id must be the id of a key, a string: key.id.'],
    [
      'scopes that are no list',
      () => create({ scopes: 'members.read' }),
      'scopes must be a list of at most 200 scopes.',
    ],
    ['roles that are no list', () => create({ roles: 'reader' }), 'roles must be a list of at most 50 roles.'],
    ['scopes of a guard that are no list', () => js(createGate)(keyring, { scopes: 'members.read' }), list],
    [
      'a misspelt scope',
      () => create({ scopes: ['members.reed'] }),
      'scopes[0]: members.reed is not in the catalog. Did you mean members.read?',
    ],
    [
      'a misspelt scope of a guard',
      () => js(createGate)(keyring, { scopes: ['member.read'] }),
      'scopes[0]: member.read is not in the catalog. Did you mean members.read?',
    ],
    [
      'a misspelt scope of a verification',
      () => keys.verify?.('x', { anyOf: ['tasks.moev'] }),
      'anyOf[0]: tasks.moev is not in the catalog. Did you mean tasks.move?',
    ],
    ['a scope near none', () => create({ scopes: ['x.y'] }), 'scopes[0]: x.y is not in the catalog.'],
    [
      'a misspelt wildcard',
      () => create({ scopes: ['member.*'] }),
      'scopes[0]: member.* is not in the catalog. Did you mean members.*?',
    ],
    [
      'a misspelt role',
      () => create({ roles: ['raeder'] }),
      'roles[0]: raeder is not in the catalog. Did you mean reader?',
    ],
    [
      'a misspelt preset',
      () => create({ preset: 'readonly' }),
      'preset: readonly is not in the catalog. Did you mean read-only?',
    ],
    [
      'a misspelt resource type',
      () => create({ resources: { bord: { mode: 'all', level: 'read' } } }),
      'resources: bord is not in the catalog. Did you mean board?',
    ],
    [
      'a misspelt level',
      () => create({ resources: { board: { mode: 'all', level: 'edti' } } }),
      'resources["board"].level must be one of read, edit. Did you mean edit?',
    ],
    [
      'a level near none',
      () => create({ resources: { board: { mode: 'specific', levels: { b1: 'owner' } } } }),
      'resources["board"].levels["b1"] must be one of read, edit.',
    ],
    [
      'a Secret in place of a token',
      async () => keys.verify?.((await keyring.create({ name: 'ci', owner })).token),
      'text must be a string, not a Secret: call reveal() on it, keyring.verify(token.reveal()).',
    ],
    [
      'an import without imports',
      () => keys.import?.({ name: 'ci', owner, secret: { token: 'sk_0123456789' }, entropyBits: 128 }),
      'Option imports is missing: add imports: {} to createKeyring, so that imported keys are recognised.',
    ],
  ])('%s', async (_, call, message) => {
    await expect((async () => call())()).rejects.toMatchObject({ message })
  })

  it('compares no long name, which may be a secret, and shows none', async () => {
    const { token } = await keyring.create({ name: 'ci', owner })
    for (const scopes of [[token.reveal().toLowerCase()], ['members.read'.repeat(12)]]) {
      const error: unknown = await Promise.resolve(create({ scopes })).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      expect((error as Error).message).not.toContain('Did you mean')
      expect((error as Error).message).not.toContain(scopes[0])
    }
  })
})

describe('resolveOwner', () => {
  const verdictOf = async (answer: unknown) => {
    const { keyring, events } = testKeyring({ resolveOwner: async () => answer as null }) // whatever it is
    const { token } = await keyring.create({ name: 'ci', owner })
    return { verdict: await keyring.verify(token.reveal()), types: events.map(({ type }) => type) }
  }

  it('tells of an absent owner by null', async () => {
    const { verdict, types } = await verdictOf(null)
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'owner_inactive' } })
    expect(types).not.toContain('keyring.outage_began')
  })

  it('fails, as if it had thrown, when its answer got lost', async () => {
    const { verdict, types } = await verdictOf(undefined)
    const message = 'resolveOwner must answer an object, or null for an owner who is not there'
    const cause = expect.objectContaining({ message })
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'auth_unavailable', reason: 'owner', cause } })
    expect(types).toContain('keyring.outage_began')
  })
})

describe('doctor says why a store does not answer, and nothing of its error', () => {
  const secret = 'postgres://app:hunter2@db.internal/keys'

  it.each<[string, object, string]>([
    [
      'refused',
      { code: 'ECONNREFUSED' },
      'the connection is refused: is the database running, and are its host and port right? (ECONNREFUSED).',
    ],
    ['unknown', { code: 'ENOTFOUND' }, 'the name of its host cannot be resolved (ENOTFOUND).'],
    ['with a wrong password', { code: '28P01' }, 'the login is refused: check the user and the password (28P01).'],
    ['of MySQL', { errno: 1045 }, 'the login is refused: check the user and the password.'],
    ['behind others', { cause: { cause: { code: '3D000' } } }, 'there is no database of this name (3D000).'],
    ['of a code that is not known', { code: 'XX000' }, 'Error (XX000).'],
    ['without a code', {}, 'Error.'],
    ['with a code that is a secret', { code: secret }, 'Error.'],
    ['with a name that is a secret', { name: secret }, 'an unknown fault.'],
  ])('%s', async (_, fields, reason) => {
    const inspect = () => Promise.reject(Object.assign(new Error(secret), fields))
    const { keyring } = testKeyring({ store: { ...memoryStore(), inspect } })
    expect(await keyring.doctor()).toEqual([
      { code: 'store_unavailable', severity: 'error', message: `The store does not answer: ${reason}` },
    ])
  })
})
