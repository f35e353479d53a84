import { testAccess, testKeyring, testOwners, testPeppers } from '@keywright/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secretScanning } from '../../src/credential/secret-scanning.js'
import { formatToken } from '../../src/crypto/format-token.js'
import type { FormerFormat } from '../../src/crypto/former-format.js'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { parseToken } from '../../src/crypto/parse-token.js'
import type { TokenParts } from '../../src/crypto/token-types.js'
import { createGate } from '../../src/http/gate.js'
import { adapterOf } from '../../src/keyring/door.js'
import { createKeyring } from '../../src/keyring/keyring.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { recordOf } from '../support/setup.js'

type Naming = Partial<
  Pick<KeyringOptions, 'prefix' | 'environment' | 'environments' | 'secretLength' | 'formerly' | 'allowKeyManagement'>
>

const plain = { environment: undefined, environments: undefined }
const input = { name: 'ci', owner: testOwners.user, scopes: ['members.read'] } as const

function partsOf(token: string, { prefix = '', environment, secretLength = 32 }: Naming): TokenParts {
  const namespaces = [environment === undefined ? prefix : `${prefix}_${environment}`]
  const parsed = parseToken(token, { namespaces, secretLength })
  return parsed.ok ? parsed : expect.unreachable()
}

/** One product before and after a change of its tokens. */
async function changed(before: Naming, after: Naming) {
  const old = testKeyring({ ...plain, ...before })
  const { key, token } = await old.keyring.create(input)
  const now = testKeyring({ ...plain, ...after, store: old.store })
  return { ...now, old, key, token: token.reveal() }
}

describe('a token of a former format (TOK-17)', () => {
  const changes: [string, Naming, Naming, RegExp][] = [
    ['the prefix', { prefix: 'old' }, { prefix: 'tk', formerly: [{ prefix: 'old' }] }, /^tk_\w{12}_\w{38}$/],
    [
      'the prefix, to one that goes on',
      { prefix: 'tk' },
      { prefix: 'tk_co', formerly: [{ prefix: 'tk' }] },
      /^tk_co_\w{12}_\w{38}$/,
    ],
    [
      'the prefix, to a part of itself',
      { prefix: 'tk_co' },
      { prefix: 'tk', formerly: [{ prefix: 'tk_co' }] },
      /^tk_\w{12}_\w{38}$/,
    ],
    [
      'the length of secrets',
      { prefix: 'tk', secretLength: 40 },
      { prefix: 'tk', formerly: [{ prefix: 'tk', secretLength: 40 }] },
      /^tk_\w{12}_\w{38}$/,
    ],
    [
      'prefix and length, so that all tokens are equally long',
      { prefix: 'tk', secretLength: 37 },
      { prefix: 'tk_live', formerly: [{ prefix: 'tk', secretLength: 37 }] },
      /^tk_live_\w{12}_\w{38}$/,
    ],
    [
      'the environment, from none',
      { prefix: 'tk' },
      { prefix: 'tk', environment: 'live', formerly: [{ prefix: 'tk' }] },
      /^tk_live_/,
    ],
    [
      'the environment, to none',
      { prefix: 'tk', environment: 'live' },
      { prefix: 'tk', formerly: [{ prefix: 'tk', environment: 'live' }] },
      /^tk_\w{12}_/,
    ],
    [
      'the name of the environment, one of several',
      { prefix: 'tk', environment: 'prod', environments: ['prod', 'test'] },
      {
        prefix: 'tk',
        environment: 'live',
        environments: ['live', 'test'],
        formerly: [{ prefix: 'tk', environment: 'prod', belongsTo: 'live' }],
      },
      /^tk_live_/,
    ],
    [
      'the prefix in each environment',
      { prefix: 'old', environment: 'live', environments: ['live', 'test'] },
      {
        prefix: 'tk',
        environment: 'live',
        environments: ['live', 'test'],
        formerly: [
          { prefix: 'old', environment: 'live' },
          { prefix: 'old', environment: 'test' },
        ],
      },
      /^tk_live_/,
    ],
    [
      'an environment into the prefix',
      { prefix: 'tk_live' },
      { prefix: 'tk', environment: 'live', formerly: [{ prefix: 'tk_live' }] },
      /^tk_live_/,
    ],
  ]

  it.each(changes)('is verified after a change of %s, and new ones have the new format', async (...row) => {
    const [, before, after, form] = row
    const { keyring, verify, key, token, store } = await changed(before, after)
    expect(await verify(token)).toBe('ok')
    const forged = formatToken({ ...partsOf(token, before), secret: 'x'.repeat(before.secretLength ?? 32) })
    expect(await verify(forged)).toBe('api_key_invalid')
    const fresh = await keyring.create(input)
    expect(fresh.token.reveal()).toMatch(form)
    expect(await verify(fresh.token.reveal())).toBe('ok')

    const rotated = await keyring.rotate(key.id, { graceMs: 1_000 })
    expect(rotated.token.reveal()).toMatch(form)
    expect(rotated.token.reveal().startsWith(rotated.key.preview.slice(0, -1))).toBe(true)
    expect(rotated.key.environment).toBe(after.environment ?? null)
    expect([await verify(token), await verify(rotated.token.reveal())]).toEqual(['ok', 'ok'])
    // From then on, the former format may be taken out of the options.
    const { formerly: _, ...today } = after
    const later = testKeyring({ ...plain, ...today, store })
    expect(await later.verify(rotated.token.reveal())).toBe('ok')
    expect((await recordOf(store, key.id)).version).toBe(2)
  })

  it.each(changes)('is not known without `formerly`, after a change of %s', async (...row) => {
    const [, before, { formerly: _, ...after }] = row
    const { verify, token } = await changed(before, after)
    expect(await verify(token)).toBe('api_key_invalid')
  })

  it('of another environment is recognised, and refused without a look-up', async () => {
    const { keyring, events, verify, old } = await changed(
      { prefix: 'old', environment: 'test', environments: ['live', 'test'] },
      {
        prefix: 'tk',
        environment: 'live',
        environments: ['live', 'test'],
        formerly: ['live', 'test'].map((environment) => ({ prefix: 'old', environment })),
      },
    )
    const { token } = await old.keyring.create(input)
    expect(await verify(token.reveal())).toBe('api_key_invalid')
    expect(events).toMatchObject([{ type: 'api_key.verify_failed', reason: 'prefix', keyId: null }])
    const gate = createGate(keyring)
    const request = { fields: [['authorization', `Bearer ${token.reveal()}`]] as const, url: '/' }
    expect(await gate(request, request)).toMatchObject({ ok: false, keyPresented: true })
    await expect(keyring.disable(token.reveal())).rejects.toThrow('pass key.id, not its token')
  })

  it('of another environment is refused by its row, if its namespace is accepted', async () => {
    const formerly: readonly FormerFormat[] = [
      { prefix: 'tk', environment: 'prod', belongsTo: 'live' },
      { prefix: 'tk', environment: 'dev', belongsTo: 'test' },
    ]
    const after = { prefix: 'tk', environment: 'live', environments: ['live', 'test'], formerly }
    const { store, verify, events, keyring } = await changed({ prefix: 'tk', environment: 'prod' }, after)
    const { key, token } = await keyring.create(input)
    await store.change(key.id, { quota: null, decide: () => ({ write: { environment: 'dev' }, audit: [] }) })
    expect(await verify(token.reveal())).toBe('api_key_invalid')
    expect(events).toMatchObject([{ reason: 'environment' }])
  })

  it('is refused where it is mistyped, without a look-up', async () => {
    const { verify, token, events } = await changed({ prefix: 'old' }, { prefix: 'tk', formerly: [{ prefix: 'old' }] })
    expect(await verify(token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))).toBe('api_key_invalid')
    expect(events).toMatchObject([{ reason: expect.stringMatching(/^checksum/) }])
    expect(await verify(token.slice(0, -1))).toBe('api_key_invalid')
    expect(events.at(-1)).toMatchObject({ reason: 'length' })
  })

  it('is found in a URL, and by the patterns of secret scanners', async () => {
    const formerly = [
      { prefix: 'old', environment: 'live', secretLength: 40 },
      { prefix: 'kw' },
    ] as const satisfies readonly FormerFormat[]
    const { keyring, token } = await changed(
      { prefix: 'old', environment: 'live', secretLength: 40 },
      { prefix: 'tk', environment: 'live', formerly },
    )
    const gate = createGate(keyring)
    const request = { fields: [], url: `/?key=${token}` }
    expect(await gate(request, request)).toMatchObject({ refusal: { code: 'api_key_malformed', reason: 'key_in_url' } })

    const { regex, gitleaks, trufflehog } = secretScanning(['tk_live'], { formerly })
    const find = (text: string) => new RegExp(regex).exec(text)?.[1]
    const { token: fresh } = await keyring.create(input)
    for (const leaked of [token, fresh.reveal()]) {
      expect(find(`KEY="${leaked}"`)).toBe(leaked)
      expect(find(leaked.slice(0, -1))).toBeUndefined()
    }
    for (const rule of [gitleaks, trufflehog]) {
      expect(rule).toContain(regex)
      for (const keyword of ['tk_live_', 'old_live_', 'kw_']) expect(rule).toContain(keyword)
    }
    expect(secretScanning(['tk_live'], { formerly: [] })).toEqual(secretScanning(['tk_live']))
  })

  it('manages keys beside those of today, where keys may be actors', async () => {
    const { keyring, key, old } = await changed(
      { prefix: 'tk', environment: 'prod', allowKeyManagement: true },
      {
        prefix: 'tk',
        environment: 'live',
        allowKeyManagement: true,
        formerly: [{ prefix: 'tk', environment: 'prod' }],
      },
    )
    const actor = { type: 'key', id: key.id } as const
    const fresh = await keyring.create(input, { actor })
    expect(await keyring.disable(fresh.key.id, {}, { actor: { type: 'key', id: key.id } })).toMatchObject({
      status: 'disabled',
    })
    const copy = await keyring.create({ copyFrom: key.id })
    expect(copy.key.environment).toBe('live')
    expect((await old.keyring.get(key.id))?.environment).toBe('prod')
  })
})

describe('formerly', () => {
  const base = { access: testAccess, store: memoryStore(), resolveOwner: 'uncapped', prefix: 'tk' } as const
  const several = { environment: 'live', environments: ['live', 'test'] }
  const open = (options: object) => () =>
    createKeyring({ ...base, hasher: hmacSha256({ current: 'p1', peppers: testPeppers }), ...options })

  it.each<[string, object, string]>([
    [
      'no list',
      { formerly: { prefix: 'old' } },
      'Option formerly must be a list of formats such as { prefix, environment }.',
    ],
    [
      'a text',
      { formerly: ['old'] },
      'Option formerly[0] must be an object with some of: prefix, environment, secretLength, belongsTo.',
    ],
    [
      'a misspelt name',
      { formerly: [{ prefx: 'old' }] },
      'Unknown option formerly[0].prefx. Did you mean formerly[0].prefix?',
    ],
    [
      'no prefix',
      { formerly: [{}] },
      'Option formerly[0].prefix must be letters and digits such as tk, at most 40 with the environment.',
    ],
    [
      'a malformed prefix',
      { formerly: [{ prefix: 'Old' }] },
      'Option formerly[0].prefix must be letters and digits such as tk, at most 40 with the environment.',
    ],
    [
      'a malformed environment',
      { formerly: [{ prefix: 'old', environment: 'Live' }] },
      'Option formerly[0].environment must be the name of an environment such as live.',
    ],
    [
      'a short secret',
      { formerly: [{ prefix: 'old', secretLength: 8 }] },
      'Option formerly[0].secretLength must be a whole number from 22 to 64.',
    ],
    [
      'no word of where keys belong, with several environments',
      { ...several, formerly: [{ prefix: 'tk' }] },
      'Option formerly[0].belongsTo must say which of the environments these keys belong to now: live, test.',
    ],
    [
      'an environment that is not there',
      { ...several, formerly: [{ prefix: 'tk', belongsTo: 'prod' }] },
      'Option formerly[0].belongsTo must say which of the environments these keys belong to now: live, test.',
    ],
    [
      'an environment, where there is none',
      { formerly: [{ prefix: 'old', belongsTo: 'live' }] },
      'Option formerly[0].belongsTo must say which of the environments these keys belong to now: none.',
    ],
    [
      'the keys of one environment for two',
      {
        ...several,
        formerly: [
          { prefix: 'old', environment: 'prod', belongsTo: 'live' },
          { prefix: 'older', environment: 'prod', belongsTo: 'test' },
        ],
      },
      'Option formerly[1] must not give keys of prod to test: they belong to live.',
    ],
    [
      'the keys of an environment of today for another',
      { ...several, formerly: [{ prefix: 'old', environment: 'test', belongsTo: 'live' }] },
      'Option formerly[0] must not give keys of test to live: they belong to test.',
    ],
    [
      'tokens of an environment of today for another',
      { ...several, formerly: [{ prefix: 'tk_test', belongsTo: 'live' }] },
      'Option formerly[0] must not give tokens that begin with tk_test_ to live: they belong to test.',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(open(options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
  })

  it('lists what this process accepts, that of new tokens first, and what it refuses', () => {
    const formerly = [
      { prefix: 'old', environment: 'test' },
      { prefix: 'old', environment: 'live', secretLength: 40 },
      { prefix: 'tk', environment: 'live' }, // that of today
    ]
    const keyring = open({ environment: 'live', environments: ['test', 'live'], formerly })()
    expect(adapterOf(keyring).format).toEqual({
      namespaces: ['tk_live', 'old_live'],
      foreign: ['tk_test', 'old_test'],
      secretLength: [32, 40],
      opaque: false,
    })
  })
})

describe('parseToken of several formats', () => {
  const namespaces = ['tk', 'tk_live', 'tk_abcdefghijkl', 'tk_abcdefghijkl_x', 'a']
  const base62 = fc.stringMatching(/^[0-9A-Za-z]{12}$/)

  it('reads each token in the one way that it was written', () => {
    const secrets = fc
      .integer({ min: 22, max: 64 })
      .chain((length) => fc.stringMatching(new RegExp(`^[0-9A-Za-z]{${length}}$`)))
    fc.assert(
      fc.property(
        fc.constantFrom(...namespaces),
        fc.oneof(base62, fc.constant('abcdefghijkl')),
        secrets,
        (namespace, id, secret) => {
          const text = formatToken({ namespace, id, secret })
          const secretLength = Array.from({ length: 43 }, (_, at) => at + 22)
          for (const order of [namespaces, [...namespaces].reverse()]) {
            expect(parseToken(text, { namespaces: order, secretLength })).toEqual({ ok: true, namespace, id, secret })
          }
          expect(
            parseToken(text, { namespaces, secretLength: secretLength.filter((each) => each !== secret.length) }).ok,
          ).toBe(false)
        },
      ),
    )
  })
})
