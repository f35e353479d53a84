import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/crypto/secret.js'

describe('Secret', () => {
  const secret = new Secret('canary')

  it('returns its text from reveal()', () => {
    expect(secret.reveal()).toBe('canary')
  })

  it.each<[string, string]>([
    ['String', String(secret)],
    ['a template', `${secret}`],
    ['concatenation', ''.concat(secret as unknown as string)],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ secret }, { showHidden: true, depth: null, getters: true })],
    ['inspect, by default rules', inspect(secret, { customInspect: false, showHidden: true, depth: null })],
    ['format', format('%s %o %O %j', secret, secret, secret, secret)],
    ['entries', JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret), { ...secret }])],
    ['structuredClone', inspect(structuredClone(secret))],
    ['serialize', serialize({ secret }).toString('latin1')],
    ['an error message', new Error(`bad ${secret}`, { cause: secret }).message],
  ])('shows nothing to %s (HASH-12)', (_, text) => {
    expect(text).not.toContain('canary')
  })

  it('prints a placeholder in place of its text', () => {
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
      '[redacted]',
      '"[redacted]"',
      '[redacted]',
    ])
  })
})
