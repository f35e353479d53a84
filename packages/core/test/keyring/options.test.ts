import { afterEach, describe, expect, it, vi } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { adapterOf } from '../../src/keyring/door.js'
import { createKeyring } from '../../src/keyring/keyring.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { access, good, peppers } from '../support/setup.js'

const valid: KeyringOptions<typeof access> = {
  prefix: 'tk',
  access,
  store: memoryStore(),
  hasher: hmacSha256({ current: 'p1', peppers }),
  resolveOwner: 'uncapped',
}
const odd = ['', 'Live', 'a_b', 'a-b', 'é', 'e'.repeat(17), 5]

const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
afterEach(() => warnings.mockClear())

describe('createKeyring', () => {
  it.each<[string, unknown, string?]>([
    ['prefix', undefined],
    ['prefix', ''],
    ['prefix', 'TK'],
    ['prefix', '1tk'],
    ['prefix', 'tk_'],
    ['prefix', '_tk'],
    ['prefix', 't__k'],
    ['prefix', 'tk-live'],
    ['prefix', 'tk live'],
    ['prefix', 'é'],
    ['prefix', 't'.repeat(41)],
    ['prefix', ['tk']],
    ...odd.map((environment): [string, unknown, string] => ['environment', environment, 'environments']),
    ...odd.map((environment): [string, unknown] => ['environments', ['live', environment]]),
    ['environments', 'live'],
    ['environments', [null]],
    ['environments', ['live'], 'environment'],
    ['access', undefined],
    ['access', null],
    ['access', { scopes: { 'members.read': 'See members' } }],
    ['store', undefined],
    ['store', null],
    ['store', {}],
    ['store', memoryStore],
    ['hasher', null],
    ['hasher', {}],
    ['hasher', sha256],
    ['resolveOwner', undefined],
    ['resolveOwner', null],
    ['resolveOwner', 'capped'],
    ['resolveOwner', true],
    ['resolveOwner', { scopes: ['*'] }],
    ['secretLength', 21],
    ['secretLength', 65],
    ['secretLength', 32.5],
    ['secretLength', '32'],
    ['secretLength', null],
    ['verifyTimeoutMs', 0],
    ['verifyTimeoutMs', 60_001],
    ['verifyTimeoutMs', 1.5],
    ['verifyTimeoutMs', Number.POSITIVE_INFINITY],
    ['verifyTimeoutMs', '2000'],
    ...[0, 60_001, 1.5, '5000', null].flatMap((ms): [string, unknown][] => [
      ['manageTimeoutMs', ms],
      ['closeTimeoutMs', ms],
    ]),
    ['onEvent', null],
    ['onEvent', 'console.log'],
  ])('refuses as %s the value %j', (option, value, named = option) => {
    const wrong = { ...valid, [option]: value } as KeyringOptions<typeof access>
    expect(() => createKeyring(wrong)).toThrow(expect.objectContaining({ code: 'invalid_options', field: named }))
  })

  it.each([
    ['an environment that is not among them', { environment: 'prod', environments: ['live', 'test'] }, 'environment'],
    ['environments without one of its own', { environments: ['live', 'test'] }, 'environment'],
    ['no environments but one', { environment: 'live', environments: [] }, 'environment'],
    ['a prefix too long for its environment', { prefix: 't'.repeat(36), environment: 'live' }, 'prefix'],
    [
      'a prefix too long for another',
      { prefix: 't'.repeat(35), environment: 'a', environments: ['a', 'later'] },
      'prefix',
    ],
  ])('refuses %s', (_, options, field) => {
    const refused = () => createKeyring({ ...valid, ...options })
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_options', field }))
  })

  it.each([
    ['the longest prefix', { prefix: 't'.repeat(35), environment: 'live' }],
    ['the shortest secret', { secretLength: 22 }],
    ['the longest secret', { secretLength: 64, prefix: 't'.repeat(40) }],
    ['the longest times', { verifyTimeoutMs: 60_000, manageTimeoutMs: 60_000, closeTimeoutMs: 60_000 }],
  ])('takes %s, and accepts the tokens that it then issues', async (_, options) => {
    const keyring = createKeyring({ ...valid, ...options })
    const { token } = await keyring.create(good)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
  })

  it('tells its own tokens from those of its other environments', () => {
    const live = createKeyring({ ...valid, environment: 'live', environments: ['test', 'live', 'test'] })
    expect(adapterOf(live).format).toEqual({
      namespaces: ['tk_live'],
      foreign: ['tk_test'],
      secretLength: [32],
      opaque: false,
    })
    const one = createKeyring({ ...valid, environment: 'live', secretLength: 40 })
    expect(adapterOf(one).format).toEqual({ namespaces: ['tk_live'], foreign: [], secretLength: [40], opaque: false })
    expect(adapterOf(createKeyring(valid)).format).toEqual({
      namespaces: ['tk'],
      foreign: [],
      secretLength: [32],
      opaque: false,
    })
    expect(live.access).toBe(access)
  })

  it('returns a keyring that cannot be altered', () => {
    const keyring = createKeyring(valid)
    expect(Object.isFrozen(keyring)).toBe(true)
    expect(Object.isFrozen(adapterOf(keyring).format)).toBe(true)
    expect(Object.isFrozen(adapterOf(keyring).format.namespaces)).toBe(true)
  })

  it('warns once when keys are hashed without a pepper, and notes it in the hash', async () => {
    const { hasher: _, ...withoutPepper } = valid
    const keyring = createKeyring(withoutPepper)
    const { key, token } = await keyring.create(good)
    await keyring.verify(token.reveal())
    expect(warnings).toHaveBeenCalledTimes(1)
    const options = expect.objectContaining({ code: 'KEYWRIGHT_NO_PEPPER' })
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining('pepper'), options)
    expect((await valid.store.find(key.id))?.record.hash).toMatch(/^\$sha256\$v=1\$/)
  })

  it('does not warn when a hasher is given, peppered or not', () => {
    createKeyring(valid)
    createKeyring({ ...valid, hasher: sha256() })
    expect(warnings).not.toHaveBeenCalled()
  })
})
