import { describe, expect, it } from 'vitest'
import { parseKeyHeaders } from '../../src/credential/key-headers.js'
import { readCredential } from '../../src/credential/read-credential.js'
import { InvalidOptions } from '../../src/errors/input-errors.js'

const list = "a list of 1 to 8 header names, such as ['X-API-Key']"
const name = 'the name of a header, such as X-API-Key: at most 64 letters, digits, - and _'
const own = 'a header of its own for keys'
const another = 'a name that is not in the list already, in any case'
const eight = Array.from({ length: 8 }, (_, at) => `X-Key-${at}`)

describe('parseKeyHeaders', () => {
  it('is X-API-Key where nothing is said', () => {
    expect(parseKeyHeaders(undefined)).toEqual(['X-API-Key'])
  })

  it.each([[['X-Acme-Key']], [eight], [['a'.repeat(64), '0', 'a_b-C']]])('accepts %j', (headers) => {
    const read = parseKeyHeaders(headers)
    expect(read).toEqual(headers)
    expect(read).not.toBe(headers)
  })

  it.each<[string, unknown, string, string]>([
    ['null', null, 'headers', list],
    ['a text', 'X-API-Key', 'headers', list],
    ['an empty list', [], 'headers', list],
    ['nine names', [...eight, 'X-Key-8'], 'headers', list],
    ['a number', ['X-Key', 7], 'headers[1]', name],
    ['a gap', new Array(1), 'headers[0]', name],
    ['an empty name', [''], 'headers[0]', name],
    ['65 letters', ['a'.repeat(65)], 'headers[0]', name],
    ['a space in front', [' a'], 'headers[0]', name],
    ['a line break behind', ['a\n'], 'headers[0]', name],
    ['a name twice', ['X-Key', 'Y', 'x-key'], 'headers[2]', another],
  ])('refuses %s', (_, headers, field, expected) => {
    const message = `Option ${field} must be ${expected}.`
    expect(() => parseKeyHeaders(headers)).toThrow(InvalidOptions)
    expect(() => parseKeyHeaders(headers)).toThrow(expect.objectContaining({ field, expected, message }))
  })

  it.each([
    ...[
      'Authorization',
      'cookie',
      'Cookie2',
      'host',
      'te',
      'mcp-',
      'MCP-Session-Id',
      'accept',
      'accept-x-y',
      'alt-used',
    ],
    ...['sec-', 'Sec-Fetch-Mode', 'RateLimit', 'ratelimit-policy', 'rate-x', 'retry-after', 'x-client-ip', 'cf-ray'],
    ...['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'upgrade-insecure-requests', 'cache-control'],
  ])('refuses %s, which has another meaning', (taken) => {
    const message =
      'Option headers[1] must name a header of its own for keys: HTTP, a proxy or a browser gives this one another meaning.'
    expect(() => parseKeyHeaders(['X-Key', taken])).toThrow(
      expect.objectContaining({ field: 'headers[1]', expected: own, message }),
    )
  })

  it.each([
    'X-Cookie',
    'Cookie22',
    'Hosts',
    'My-Host',
    'X-MCP-Key',
    'Acceptable',
    'X-Accept',
    'Secret',
    'X-Rate',
    'Rated',
  ])('leaves %s to keys', (free) => {
    expect(parseKeyHeaders([free])).toEqual([free])
  })
})

describe('readCredential of other headers', () => {
  const token = 'tk_live_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU3TDB0r'
  const format = { namespaces: ['tk_live'], headers: ['X-Acme-Key', 'X-Other'] }
  const read = (...fields: [string, string][]) => readCredential({ fields, url: '/' }, format)
  const repeated = { verdict: 'invalid_request', reason: 'repeated_x_api_key' }

  it.each(['X-Acme-Key', 'x-acme-key', 'X-OTHER'])('finds a key in %s', (header) => {
    expect(read([header, ` ${token}\t`])).toMatchObject({ verdict: 'candidate', token, source: 'x-api-key' })
  })

  it.each(['X-API-Key', 'X-Acme-Kex', 'X-Acme-Keys', 'X-Acme'])('finds none in %s', (header) => {
    expect(read([header, token])).toEqual({ verdict: 'none' })
  })

  it('takes two of them for a key that was sent twice, and an empty one for none', () => {
    expect(read(['X-Acme-Key', token], ['X-Other', token])).toEqual(repeated)
    expect(read(['X-Acme-Key', token], ['X-Acme-Key', ''])).toEqual(repeated)
    expect(read(['X-Acme-Key', `${token},`])).toEqual(repeated)
    expect(read(['X-Acme-Key', token], ['X-Other', ''])).toMatchObject({ verdict: 'candidate' })
    expect(read(['X-Acme-Key', ''], ['X-Other', token])).toMatchObject({ verdict: 'candidate' })
  })

  it('refuses what no token can be', () => {
    expect(read(['X-Acme-Key', 'a b'])).toEqual({ verdict: 'invalid_request', reason: 'malformed_x_api_key' })
    expect(read(['X-Acme-Key', 'a:b'])).toEqual({ verdict: 'invalid_request', reason: 'malformed_x_api_key' })
    const opaque = { ...format, opaque: true }
    expect(readCredential({ fields: [['X-Acme-Key', 'a:b']], url: '/' }, opaque)).toMatchObject({ token: 'a:b' })
  })
})

describe('readCredential of Authorization', () => {
  const token = 'tk_live_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU3TDB0r'
  const read = (value: string) =>
    readCredential({ fields: [['Authorization', value]], url: '/' }, { namespaces: ['tk_live'], foreign: ['tk_test'] })
  const refused = (reason: string) => ({ verdict: 'invalid_request', reason })

  it.each<[string, object]>([
    ['', { verdict: 'none' }],
    ['Basic YTpi', { verdict: 'none' }],
    ['Basic x,bearerx', { verdict: 'none' }],
    ['Basic x bearer y', { verdict: 'none' }],
    ['Basic x,Bearer y', refused('repeated_authorization')],
    ['Basic x; \tbearer\ty', refused('repeated_authorization')],
    ['Basic x,bearer', refused('repeated_authorization')],
    ['Bearer', refused('empty_bearer')],
    ['Bearertk', refused('malformed_authorization')],
    ['Bear(er x', refused('malformed_authorization')],
    ['Bearer  a b', refused('not_b64token')],
    [token, refused('missing_scheme')],
    ['tk_test_x', refused('missing_scheme')],
    ['Bearer sk_abc', { verdict: 'invalid_token', reason: 'prefix', source: 'bearer', isForeign: true }],
    ['Bearer tk_test_x', { verdict: 'invalid_token', reason: 'prefix', source: 'bearer' }],
    ['bEARER   tk_live_x', { verdict: 'invalid_token', reason: 'length', source: 'bearer' }],
  ])('%j', (value, expected) => {
    expect(read(value)).toEqual(expected)
  })

  it('says of a key in another header not that it may be of another login', () => {
    const fields = [['X-API-Key', 'sk_abc']] as const
    expect(readCredential({ fields, url: '/' }, { namespaces: ['tk_live'] })).toEqual({
      verdict: 'invalid_token',
      reason: 'prefix',
      source: 'x-api-key',
    })
  })

  it('sees a key in the URL whose checksum is none', () => {
    const url = `/?k=${token.slice(0, -6)}zzzzzz`
    expect(readCredential({ fields: [], url }, { namespaces: ['tk_live'] })).toEqual(refused('key_in_url'))
  })

  it('finds the second of two in one word of a URL', () => {
    const url = `/tk_live_tk_live_${token}`
    expect(readCredential({ fields: [], url }, { namespaces: ['tk_live'] })).toEqual({
      ...refused('key_in_url'),
      exposedKeyId: 'a1B2c3D4e5F6',
    })
  })
})
