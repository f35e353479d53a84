import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.js'
import { defineAccess } from '../../src/access/define-access.js'
import type { Rights } from '../../src/access/kept-rights.js'
import { authorityRights, grantedRights } from '../../src/access/rights.js'
import { cap } from '../../src/scope/cap.js'
import { close } from '../../src/scope/close.js'
import { covers } from '../../src/scope/covers.js'

import { access, createToken, openKeyring, principalOf } from './board-product.js'
import { model, patterns } from './random-model.js'

const namesOf = (of: Access) => [...of.scopes.keys()]
const allowedBy = (of: Access, rights: Rights) => namesOf(of).filter((scope) => rights.allows(scope))
const lowerOf = (a: Rights, b: Rights): Rights => ({ allows: (scope) => a.allows(scope) && b.allows(scope) })
const effective = (of: Access, user: readonly string[], key: readonly string[]) =>
  allowedBy(of, lowerOf(authorityRights(of, user), grantedRights(of, key)))
const within = (part: readonly string[], whole: readonly string[]) => part.every((scope) => whole.includes(scope))

describe('effective rights, in a model without sensitive scopes', () => {
  const plain = model({ sensitive: false })

  it('are what cap() makes of the two sides (SCOPE-6, SCOPE-7)', () => {
    fc.assert(
      fc.property(plain, patterns, patterns, (of, user, key) => {
        const capped = cap(user, key, of.implies)
        expect(effective(of, user, key)).toEqual(namesOf(of).filter((scope) => covers(capped, scope)))
      }),
      { numRuns: 500 },
    )
  })

  it('are never above either side, and are closed already (SCOPE-6)', () => {
    fc.assert(
      fc.property(plain, patterns, patterns, (of, user, key) => {
        const both = effective(of, user, key)
        expect(within(both, allowedBy(of, authorityRights(of, user)))).toBe(true)
        expect(within(both, allowedBy(of, grantedRights(of, key)))).toBe(true)
        expect(effective(of, both, both)).toEqual(both)
      }),
    )
  })
})

describe('effective rights', () => {
  const any = model({ sensitive: true })

  it('never shrink when either side grows (SCOPE-6)', () => {
    fc.assert(
      fc.property(any, patterns, patterns, patterns, (of, user, key, more) => {
        const before = effective(of, user, key)
        expect(within(before, effective(of, [...user, ...more], key))).toBe(true)
        expect(within(before, effective(of, user, [...key, ...more]))).toBe(true)
      }),
    )
  })

  it.each<[string, unknown]>([
    ['an empty list (SCOPE-10)', []],
    ['an absent list (SCOPE-9)', undefined],
    ['null (SCOPE-9)', null],
    ['malformed patterns (SCOPE-9)', ['', 'A', '**', 'a*', 'a..b', ' *', '*.', null, 1]],
    ['names that left the catalogue (SCOPE-11)', ['constructor', '__proto__', 'gone.read']],
  ])('are empty with %s on either side', (_, stored) => {
    const nothing = stored as string[] // as a damaged record may hold it
    fc.assert(
      fc.property(any, (of) => {
        expect(effective(of, nothing, ['*', ...namesOf(of)])).toEqual([])
        expect(effective(of, ['*'], nothing)).toEqual([])
      }),
      { numRuns: 20 },
    )
  })
})

describe('sensitive scopes', () => {
  const any = model({ sensitive: true })
  const isSensitive = (of: Access, scope: string) => of.scopes.get(scope)?.sensitive === true

  it('are granted by their name only, never by a wildcard', () => {
    fc.assert(
      fc.property(any, patterns, (of, key) => {
        const given = allowedBy(of, grantedRights(of, key))
        const named = key.filter((pattern) => of.scopes.has(pattern))
        const fromNames = namesOf(of).filter((scope) => covers(close(named, of.implies), scope))
        expect(within(fromNames, given)).toBe(true)
        expect(given.filter((scope) => isSensitive(of, scope) && !fromNames.includes(scope))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it("are all that a wildcard leaves out, and an owner's wildcard includes them", () => {
    fc.assert(
      fc.property(any, patterns, (of, key) => {
        const open = namesOf(of).filter((scope) => !isSensitive(of, scope))
        expect(allowedBy(of, grantedRights(of, ['*']))).toEqual(open)
        expect(allowedBy(of, authorityRights(of, ['*']))).toEqual(namesOf(of))
        const given = allowedBy(of, grantedRights(of, key))
        expect(
          within(
            open.filter((scope) => covers(key, scope)),
            given,
          ),
        ).toBe(true)
        expect(within(given, allowedBy(of, authorityRights(of, key)))).toBe(true)
      }),
    )
  })

  it.each([
    { key: ['wide.*'], given: ['wide.start'] },
    { key: ['wide.start'], given: ['wide.start', 'pay', 'audit'] },
    { key: ['*'], given: ['wide.start', 'audit'] },
    { key: ['*', 'pay'], given: ['wide.start', 'pay', 'audit'] },
    { key: ['pay'], given: ['pay', 'audit'] },
  ])(
    'of the key $key come to $given, where wide.start implies pay, which is sensitive and implies audit',
    ({ key, given }) => {
      const of = defineAccess({
        scopes: { 'wide.start': '', pay: { description: '', sensitive: true }, audit: '' },
        implies: { 'wide.start': ['pay'], pay: ['audit'] },
      })
      expect(allowedBy(of, grantedRights(of, key))).toEqual(given)
    },
  )
})

describe('a verified key', () => {
  it.each<[string, Parameters<typeof createToken>[1], string[], string[]]>([
    [
      'a wildcard, without what is sensitive',
      { scopes: ['*'] },
      ['*'],
      ['members.read', 'members.invite', 'billing.read'],
    ],
    [
      'a wildcard and a sensitive name',
      { scopes: ['billing.*', 'billing.pay'] },
      ['*'],
      ['billing.read', 'billing.pay'],
    ],
    ['a sensitive name from a role', { roles: ['payer'] }, ['*'], ['billing.pay']],
    ['a sensitive name, up to its owner', { scopes: ['billing.pay'] }, ['billing.read', 'members.*'], []],
    ['what its scopes imply', { scopes: ['members.invite'] }, ['*'], ['members.read', 'members.invite']],
    ['what both sides imply (SCOPE-7)', { scopes: ['members.read'] }, ['members.invite'], ['members.read']],
    ['what its preset stands for', { preset: 'read-only' }, ['members.*'], ['members.read']],
    ['nothing from no grants (SCOPE-10)', {}, ['*'], []],
    ['nothing from an owner without rights (SCOPE-10)', { scopes: ['*'] }, [], []],
  ])('has %s', async (_, grants, owner, allowed) => {
    const { keyring } = openKeyring({ scopes: owner })
    const { token } = await createToken(keyring, grants)
    const principal = await principalOf(keyring, token)
    expect(principal.scopes).toEqual(allowed)
    expect(namesOf(access).filter((scope) => principal.allows(scope as never))).toEqual(allowed)
    for (const scope of access.scopes.keys()) {
      expect((await keyring.verify(token, { scopes: [scope] })).ok).toBe(allowed.includes(scope))
    }
  })

  it('has no resource scope without its resource, not even with the highest grants', async () => {
    const { keyring } = openKeyring({ scopes: ['*', 'tasks.read'], levels: () => 'own' })
    const { token } = await createToken(keyring, { scopes: ['*'], resources: { board: { mode: 'all', level: 'own' } } })
    const principal = await principalOf(keyring, token)
    expect([...access.resourceScopes].filter((scope) => principal.allows(scope as never))).toEqual([])
    expect(await principal.allowsOn('members.read', { type: 'board', id: 'b1' })).toBe(false)
    expect((await keyring.verify(token, { scopes: ['tasks.read'] })).ok).toBe(false)
    expect((await keyring.verify(token, { scopes: ['tasks.read'], resource: { type: 'board', id: 'b1' } })).ok).toBe(
      true,
    )
  })
})
