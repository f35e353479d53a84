import { describe, expect, it } from 'vitest'
import { openKeyring } from '../support/limits-setup.js'

const refused = { ok: false, refusal: { code: 'api_key_not_allowed_here', reason: 'ip' } }

describe('a key with an IP allow-list', () => {
  it.each<[string, readonly string[] | null, string | null | undefined, boolean]>([
    ['no list: any address', null, '203.0.113.9', true],
    ['no list: an unknown address', null, null, true],
    ['no list: no address', null, undefined, true],
    ['an empty list: nobody', [], '203.0.113.9', false],
    ['an empty list: nobody, unknown or not', [], undefined, false],
    ['the address', ['203.0.113.9'], '203.0.113.9', true],
    ['another address', ['203.0.113.9'], '203.0.113.10', false],
    ['an address of the range', ['203.0.113.0/24', '2001:db8::/32'], '203.0.113.255', true],
    ['an IPv6 address of the range', ['203.0.113.0/24', '2001:db8::/32'], '2001:DB8:1::1', true],
    ['an address beside the range', ['203.0.113.0/24', '2001:db8::/32'], '203.0.114.0', false],
    ['IPv4 that is written as IPv6', ['203.0.113.9'], '::ffff:203.0.113.9', true],
    ['a list that is written so', ['::ffff:203.0.113.0/120'], '203.0.113.9', true],
    ['the address, with a port', ['203.0.113.9'], '203.0.113.9:4711', true],
    ['another address, with a port', ['10.0.0.0/8'], '203.0.113.9:4711', false],
    ['an IPv6 address in brackets, with a port', ['2001:db8::/32'], '[2001:db8::1]:4711', true],
    ['an IPv6 address with a zone', ['fe80::1'], 'fe80::1%eth0', true],
    ['all of IPv6, but not IPv4', ['::/0'], '::ffff:203.0.113.9', false],
    ['an unknown address', ['0.0.0.0/0', '::/0'], null, false],
    ['no address', ['0.0.0.0/0', '::/0'], undefined, false],
    ['what is no address', ['0.0.0.0/0', '::/0'], '203.0.113.9, 10.0.0.1', false],
  ])('judges the caller by its address: %s', async (_, ipAllowList, ip, passes) => {
    const { keyring, addKey } = openKeyring()
    const created = await addKey({ ipAllowList })
    const updated = await addKey()
    await keyring.update(updated.id, { ipAllowList })
    for (const { id, verify } of [created, updated]) {
      expect(await verify({ ip })).toMatchObject(passes ? { ok: true } : { ...refused, refusal: { keyId: id } })
    }
  })

  it('works from a new address as soon as the list is changed, and shows the list in normal form', async () => {
    const { keyring, addKey } = openKeyring()
    const { id, verify } = await addKey({ ipAllowList: ['203.0.113.77/24', '203.0.113.0/24', '::ffff:198.51.100.1'] })
    const list = async () => (await keyring.get(id))?.ipAllowList
    expect(await list()).toEqual(['203.0.113.0/24', '198.51.100.1'])
    expect((await verify({ ip: '203.0.113.9' })).ok).toBe(true)
    await keyring.update(id, { ipAllowList: ['198.51.100.0/24'] })
    expect(await verify({ ip: '203.0.113.9' })).toMatchObject(refused)
    await keyring.update(id, { name: 'renamed' })
    expect(await list()).toEqual(['198.51.100.0/24'])
    await keyring.update(id, { ipAllowList: null })
    expect((await verify({ ip: '203.0.113.9' })).ok).toBe(true)
  })

  it('does not tell of its list to a caller without the secret (HASH-8)', async () => {
    const { guess, verify } = await openKeyring().addKey({ ipAllowList: [] })
    expect(await guess({ ip: '203.0.113.9' })).toMatchObject({ refusal: { code: 'api_key_invalid' } })
    expect(await verify({ ip: '203.0.113.9' })).toMatchObject(refused)
  })

  it.each<[string, unknown]>([
    ['ipAllowList', '203.0.113.9'],
    ['ipAllowList', {}],
    ['ipAllowList', Array.from({ length: 101 }, (_, last) => `203.0.113.${last}`)],
    ['ipAllowList[0]', ['localhost']],
    ['ipAllowList[0]', ['*']],
    ['ipAllowList[0]', ['']],
    ['ipAllowList[1]', ['203.0.113.9', null]],
    ['ipAllowList[1]', ['203.0.113.9', '203.0.113.9:80']],
    ['ipAllowList[1]', ['203.0.113.9', '203.0.113.0/33']],
    ['ipAllowList[1]', ['203.0.113.9', '0177.0.0.1']],
    ['ipAllowList[1]', ['203.0.113.9', 'fe80::1%eth0']],
  ])('is neither created nor updated with a bad %s: %o', async (field, ipAllowList) => {
    const { keyring, addKey } = openKeyring()
    const { id } = await addKey({ ipAllowList: ['198.51.100.1'] })
    const error = { code: 'invalid_input', field }
    // What the compiler refuses, JavaScript may still pass.
    await expect(addKey({ ipAllowList: ipAllowList as [] })).rejects.toMatchObject(error)
    await expect(keyring.update(id, { ipAllowList: ipAllowList as [] })).rejects.toMatchObject(error)
    expect((await keyring.get(id))?.ipAllowList).toEqual(['198.51.100.1'])
  })
})
