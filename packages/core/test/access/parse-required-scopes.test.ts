import { describe, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.js'
import { parseRequiredScopes } from '../../src/access/parse-required-scopes.js'
import { access } from './board-product.js'

const known: Access = access

describe('parseRequiredScopes (SCOPE-8)', () => {
  it.each<[string, unknown, string, string]>([
    ['an empty list, which would let everything pass', [], 'invalid_options', 'scopes'],
    ['nothing', undefined, 'invalid_options', 'scopes'],
    ['a text', 'members.read', 'invalid_options', 'scopes'],
    ['everything', ['*'], 'invalid_options', 'scopes[0]'],
    ['a wildcard', ['members.read', 'members.*'], 'invalid_options', 'scopes[1]'],
    ['a malformed scope', ['Members.read'], 'invalid_options', 'scopes[0]'],
    ['no text', [['members.read']], 'invalid_options', 'scopes[0]'],
    ['an unknown scope', ['members.read', 'members.raed'], 'scope_unknown', 'scopes[1]'],
    ['a name of Object.prototype', ['constructor'], 'scope_unknown', 'scopes[0]'],
  ])('refuses %s', (_, scopes, code, field) => {
    expect(() => parseRequiredScopes(known, scopes, 'scopes')).toThrow(expect.objectContaining({ code, field }))
  })

  it('returns a frozen copy of the list, of global and resource scopes alike', () => {
    const scopes = ['tasks.read', 'members.read']
    const required = parseRequiredScopes(known, scopes, 'scopes')
    scopes.push('billing.read')
    expect(required).toEqual(['tasks.read', 'members.read'])
    expect(Object.isFrozen(required)).toBe(true)
  })
})
