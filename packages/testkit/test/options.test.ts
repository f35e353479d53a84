import { describe, expect, it, vi } from 'vitest'
import {
  aKey,
  rawRequest,
  testGate,
  testInvalidationBus,
  testKeyring,
  testKeyStore,
  testRateLimiter,
} from '../src/index.js'

describe('testKeyring', () => {
  const names = expect.stringMatching(/^Option options must be an object with some of: startAt, prefix, .*, onEvent\.$/)

  it.each<[string, unknown, unknown]>([
    ['a misspelt startAt', { starAt: new Date(0) }, 'Unknown option starAt. Did you mean startAt?'],
    ['a misspelt option of createKeyring', { rateLimit: {} }, 'Unknown option rateLimit. Did you mean rateLimits?'],
    ['null', null, names],
    ['a list', [], names],
    ['a text', 'tk', names],
  ])('refuses %s, and asks nothing of the store', (_, options, message) => {
    const find = vi.fn()
    const given = options !== null && options?.constructor === Object ? { ...options, store: { find } } : options
    // @ts-expect-error wrong on purpose
    expect(() => testKeyring(given)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
    expect(find).not.toHaveBeenCalled()
  })
})

describe.each<[string, (harness: never) => void, string]>([
  ['testKeyStore', testKeyStore, 'name, open'],
  ['testRateLimiter', testRateLimiter, 'name, open'],
  ['testInvalidationBus', testInvalidationBus, 'name, open'],
  ['testGate', testGate, 'name, listen, joinsLines, parser'],
])('%s', (_, run, names) => {
  it.each<[string, unknown, string]>([
    ['a misspelt name', { nam: 'mine' }, 'Unknown option nam. Did you mean name?'],
    ['an unknown field', { timeout: 5 }, `Unknown option timeout. There are: ${names}.`],
    ['null', null, `Option options must be an object with some of: ${names}.`],
    ['a text', 'mine', `Option options must be an object with some of: ${names}.`],
  ])('refuses %s, and opens nothing', (_, options, message) => {
    const open = vi.fn()
    const start = Object.fromEntries(
      names
        .split(', ')
        .slice(1, 2)
        .map((name) => [name, open]),
    )
    const given = options !== null && typeof options === 'object' ? { ...start, ...options } : options
    expect(() => run(given as never)).toThrow(expect.objectContaining({ code: 'invalid_options', message })) // what types forbid
    expect(open).not.toHaveBeenCalled()
  })
})

it.each<[string, object, string]>([
  ['joinsLines', { joinLines: true }, 'Unknown option joinLines. Did you mean joinsLines?'],
  ['parser', { parsr: 'bun' }, 'Unknown option parsr. Did you mean parser?'],
])('testGate refuses a misspelt %s, and listens to nothing', (_, misspelt, message) => {
  const listen = vi.fn()
  const harness = { name: 'mine', listen, ...misspelt }
  expect(() => testGate(harness)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
  expect(listen).not.toHaveBeenCalled()
})

it.each<[string, unknown, string]>([
  ['a misspelt method', { metod: 'POST' }, 'Unknown option metod. Did you mean method?'],
  ['a misspelt target', { taget: '/members' }, 'Unknown option taget. Did you mean target?'],
  ['misspelt fields', { feilds: [['X-API-Key', 'k']] }, 'Unknown option feilds. Did you mean fields?'],
  ['null', null, 'options must be an object with some of: method, target, fields.'],
  ['a text', '/members', 'options must be an object with some of: method, target, fields.'],
])('rawRequest refuses %s, and connects to nothing', async (_, request, message) => {
  // Nothing listens on port 1: an attempt to connect would be another error.
  // @ts-expect-error wrong on purpose
  const answer = rawRequest(1, request)
  await expect(answer).rejects.toEqual(expect.objectContaining({ code: 'invalid_input', message }))
})

it.each<[string, unknown, string | RegExp]>([
  ['a misspelt name', { lookupDigst: null }, 'Unknown option lookupDigst. Did you mean lookupDigest?'],
  ['null', null, /^options must be an object with some of: id, .*, createdAt\.$/],
  ['a text', 'k1', /^options must be an object with some of: id, .*, createdAt\.$/],
])('aKey refuses %s as overrides', (_, overrides, message) => {
  // @ts-expect-error wrong on purpose
  expect(() => aKey(overrides)).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(message) }),
  )
})
