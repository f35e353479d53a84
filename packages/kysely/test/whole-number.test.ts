import { describe, expect, it } from 'vitest'
import { instantOf, sumOf, wholeNumberOf } from '../src/tables/whole-number.js'
import { input } from './keyring-over.js'
import { keyringOnFile } from './sqlite-file.js'

describe('a whole number from a database', () => {
  it.each([
    [7, 7],
    [-1, -1],
    [7n, 7],
    ['7', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%o is read as %i', (value, number) => {
    expect(wholeNumberOf(value, 'version')).toBe(number)
    expect(sumOf(value, 'version')).toBe(number)
  })

  it.each([
    null,
    undefined,
    '',
    ' ',
    'x',
    '1.5',
    1.5,
    Number.NaN,
    2 ** 53,
    2n ** 53n,
    '9007199254740992',
    true,
    [1],
    {},
    Buffer.from('1'),
  ])('%o is refused as corrupt, without its value', (value) => {
    expect(() => wholeNumberOf(value, 'version')).toThrow(
      /^The database holds no whole number in version: the row is corrupt, or the driver changes numbers\.$/,
    )
  })

  it.each([0, -1, 8_640_000_000_000_000, '-8640000000000000'])('%o is read as an instant', (value) => {
    expect(instantOf(value, 'at')).toEqual(new Date(Number(value)))
  })

  it.each([8_640_000_000_000_001, '-8640000000000001', Number.MAX_SAFE_INTEGER])('%o is no instant', (value) => {
    expect(() => instantOf(value, 'at')).toThrow(/^The database holds no instant in at: the row is corrupt\.$/)
  })

  it.each([null, undefined])('a sum over no rows, %o, is 0', (value) => {
    expect(sumOf(value, 'count')).toBe(0)
  })

  it('that is not there keeps the audit chain from growing, and changes nothing', async () => {
    const { keyring, key, raw } = await (async () => {
      const host = await keyringOnFile()
      return { ...host, ...(await host.keyring.create(input)) }
    })()
    raw.exec("update api_key_counters set audit_seq = 'one'")
    await expect(keyring.update(key.id, { name: 'other' })).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await keyring.get(key.id))?.name).toBe(input.name)
  })
})
