import { testKeyring } from '@keywright/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testsEverything } from '../../../../test/support/everything.js'
import type { Access } from '../../src/access/access.js'
import { defineAccess } from '../../src/access/define-access.js'
import { authorityRights, grantedRights } from '../../src/access/rights.js'
import {
  bothOf,
  effectiveScopesOf,
  eitherOf,
  exceedingPatterns,
  includes,
} from '../../src/delegation/effective-scopes.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'
import { naiveClosure, naiveMeet, naiveSubset } from '../scope/naive.js'
import { admits } from '../scope/oracle.js'
import { callsOf, countsCalls } from '../support/calls.js'
import { write } from '../support/setup.js'
import { boardLevels, createToken, openKeyring, principalOf, rankOf } from './board-product.js'
import { model, patterns } from './random-model.js'

const owner = { type: 'user', id: 'u1', organizationId: 'org1' } as const
const actor = { type: 'user', id: 'u1' } as const
const range = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, at) => make(at))

/** By the definitions: all that is held, and all that it implies, as far as each `passes`. */
function naiveRights(of: Access, isHeld: (scope: string) => boolean, passes: (scope: string) => boolean): Set<string> {
  const reached = new Set([...of.scopes.keys()].filter((scope) => passes(scope) && isHeld(scope)))
  for (let size = -1; size < reached.size; ) {
    size = reached.size
    for (const from of [...reached]) for (const to of of.implies[from] ?? []) if (passes(to)) reached.add(to)
  }
  return reached
}

function naiveAuthority(of: Access, held: readonly string[]): Set<string> {
  return naiveRights(
    of,
    (scope) => held.some((pattern) => admits(pattern, scope)),
    () => true,
  )
}

function naiveGranted(of: Access, held: readonly string[]): Set<string> {
  const isOpen = (scope: string) => of.scopes.get(scope)?.sensitive === false
  const named = naiveRights(
    of,
    (scope) => held.includes(scope),
    () => true,
  )
  return new Set([...named, ...naiveRights(of, (scope) => held.some((pattern) => admits(pattern, scope)), isOpen)])
}

describe('rights, however they are computed, are what their definitions say (SCOPE-19)', () => {
  const any = model({ sensitive: true })

  it('of a key and of an owner, whichever scopes are asked for, in which order and how often', () => {
    fc.assert(
      fc.property(any, patterns, fc.array(fc.nat(), { maxLength: 30 }), (of, held, order) => {
        const names = [...of.scopes.keys(), 'gone.read', 'constructor']
        const [authority, granted] = [authorityRights(of, held), grantedRights(of, held)]
        const [owned, given] = [naiveAuthority(of, held), naiveGranted(of, held)]
        for (const scope of [...order.map((at) => names[at % names.length] ?? ''), ...names]) {
          expect(authority.allows(scope)).toBe(owned.has(scope))
          expect(granted.allows(scope)).toBe(given.has(scope))
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('that one has of what another is given, as a whole and pattern by pattern', () => {
    fc.assert(
      fc.property(any, patterns, patterns, patterns, (of, one, other, given) => {
        const close = (set: readonly string[]) => naiveClosure(set, of.implies)
        const naive = (holder: readonly string[], rights: Set<string>) => (set: readonly string[]) =>
          naiveSubset(close(set), holder) && [...naiveGranted(of, set)].every((scope) => rights.has(scope))
        const [a, b] = [effectiveScopesOf(of, one), effectiveScopesOf(of, other)]
        const [ofA, ofB] = [naiveGranted(of, one), naiveGranted(of, other)]
        const both = new Set([...ofA].filter((scope) => ofB.has(scope)))
        for (const [holder, includesAll] of [
          [a, naive(close(one), ofA)],
          [eitherOf(a, b), naive([...close(one), ...close(other)], new Set([...ofA, ...ofB]))],
          [bothOf(a, b), naive(naiveMeet(close(one), close(other)), both)],
        ] as const) {
          expect(includes(of, holder, given)).toBe(includesAll(given))
          expect(exceedingPatterns(of, holder, given)).toEqual(given.filter((pattern) => !includesAll([pattern])))
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('do not grow by patterns that cannot be read, nor are these held against anybody', () => {
    const of = defineAccess({ scopes: { 'a.read': '' } })
    const holder = effectiveScopesOf(of, ['a.read', 'A', '**'])
    expect(includes(of, holder, ['a.read', 'a..b'])).toBe(true)
    expect(exceedingPatterns(of, holder, ['a..b', '*', 'a.read'])).toEqual(['*'])
    expect(holder.reaches('*')).toBe(false)
  })
})

describe.runIf(countsCalls && testsEverything)('what a check costs (SCOPE-19)', () => {
  /** A model of `count` scopes in which each implies the next, or the two after it, or every later one. */
  const modelOf = (count: number, implied: number) => {
    const names = range(count, (at) => `area${at}.thing.read`)
    const implies = Object.fromEntries(names.map((name, at) => [name, names.slice(at + 1, at + 1 + implied)]))
    const scopes = Object.fromEntries(names.map((name) => [name, name]))
    return { names, access: defineAccess({ scopes, implies, presets: { half: names.slice(count / 2) } }) }
  }
  const wide = (names: readonly string[]) => names.map((name) => name.replace('.thing.read', '.*'))

  /** How many calls a request costs that asks for everything, and then reads everything that it may do. */
  async function verifying(count: number, implied: number, kind: string): Promise<number> {
    const { names, access } = modelOf(count, implied)
    const held = { names, wildcards: wide(names), first: names.slice(0, 1), nothing: [] }[kind] ?? []
    const resolveOwner = () => ({ scopes: held })
    const { keyring, store } = testKeyring({ access, resolveOwner })
    const { key, token } = await keyring.create({ name: 'ci', owner })
    await write(store, key.id, { grants: { scopes: held, roles: [], resources: {} } })
    return callsOf(async () => {
      await keyring.verify(token.reveal(), { scopes: names, anyOf: names })
      const verdict = await keyring.verify(token.reveal())
      expect(verdict.ok && verdict.principal.scopes).toHaveLength(kind === 'nothing' ? 0 : count)
    })
  }

  it.each(
    ['names', 'wildcards', 'first', 'nothing'].flatMap((kind) => [0, 1, 40].map((implied) => [kind, implied] as const)),
  )(
    'of a verification grows with the scopes alone, where both sides hold %s and a scope implies %i',
    async (kind, implied) => {
      if (kind === 'first' && implied === 0) return // it would have but one
      const [few, many] = [await verifying(100, implied, kind), await verifying(400, implied, kind)]
      expect(many).toBeLessThan(6 * few)
      expect(many).toBeLessThan(60_000 + 6 * 400 * implied) // 160,000 pairs
    },
  )

  /** How many calls it costs to give everything away, or to be refused. */
  async function giving(count: number, implied: number, kind: string): Promise<number> {
    const { names, access } = modelOf(count, implied)
    const held = { names, wildcards: wide(names), nothing: [] }[kind] ?? []
    const { keyring } = testKeyring({ access, resolveOwner: () => ({ scopes: held }) })
    const half = (kind === 'wildcards' ? wide(names) : names).slice(0, count / 2) as never // of this model
    const input = { name: 'ci', owner: { ...owner, id: 'u2' }, scopes: half, preset: 'half' } as const
    return callsOf(async () => {
      const outcome = await keyring.create(input, { actor }).then(
        () => 'created',
        (error: { code: string }) => error.code,
      )
      expect(outcome).toBe(kind === 'nothing' ? 'scope_exceeds_actor' : 'created')
    })
  }

  it.each(['names', 'wildcards', 'nothing'].flatMap((kind) => [0, 1, 40].map((implied) => [kind, implied] as const)))(
    'of giving a key 400 scopes grows with the scopes alone, where the actor has %s and a scope implies %i',
    async (kind, implied) => {
      const [few, many] = [await giving(100, implied, kind), await giving(400, implied, kind)]
      expect(many).toBeLessThan(6 * few)
      expect(many).toBeLessThan(60_000 + 6 * 400 * implied)
    },
  )
})

describe('levels on many resources (SCOPE-19)', () => {
  const ids = range(3_000, (at) => `b${at}`)
  const all = { resources: { board: { mode: 'all', level: 'own' } } } as const

  /** A principal whose owner's levels come from `authority`. */
  async function principalWith(authority: OwnerAuthority, grants: Parameters<typeof createToken>[1] = all) {
    const { keyring } = openKeyring(authority)
    const { token } = await createToken(keyring, grants)
    return principalOf(keyring, token)
  }

  /** The levels of a host that answers in one call, and what it was asked. */
  function levelsInOne(levelOn: (id: string) => unknown = () => 'edit') {
    const asked: (readonly string[])[] = []
    const levelsOf = async (type: string, ids: readonly string[]) => {
      asked.push([type, ...ids])
      return Object.fromEntries(ids.map((id) => [id, levelOn(id)]))
    }
    return { asked, levelsOf }
  }

  it('are asked for in one call, and not again for a single resource', async () => {
    const { asked, levelsOf } = levelsInOne((id) => (id === 'b7' ? null : 'edit'))
    const principal = await principalWith({ levelsOf })
    const levels = await principal.levelsOn('board', ids)
    expect(levels.size).toBe(2_999)
    expect([levels.get('b1'), levels.has('b7')]).toEqual(['edit', false])
    expect(await principal.allowsOn('tasks.create', { type: 'board', id: 'b1' })).toBe(true)
    expect(await principal.levelOn('board', 'b7')).toBeNull()
    expect(await principal.narrowTo({ board: ['b2'] }).levelsOn('board', ids)).toEqual(new Map([['b2', 'edit']]))
    expect(asked).toEqual([['board', ...ids]])
    // Only what is new is asked for.
    await principal.levelsOn('board', ['b1', 'new', 'b2', 'new'])
    expect(asked.slice(1)).toEqual([['board', 'new']])
  })

  it('are not asked for where the key or the narrowing rules them out', async () => {
    const { asked, levelsOf } = levelsInOne()
    const grants = { resources: { board: { mode: 'specific', levels: { b1: 'read', b2: 'own' } } } } as const
    const principal = (await principalWith({ levelsOf }, grants)).narrowTo({ board: ['b1', 'b3'] })
    expect(await principal.levelsOn('board', ['b1', 'b2', 'b3'])).toEqual(new Map([['b1', 'read']]))
    expect(await principal.levelsOn('board', ['b2', 'b3'])).toEqual(new Map())
    expect(await principal.levelsOn('project', ['p1'])).toEqual(new Map())
    expect(await principal.levelsOn('bord' as never, ['b1'])).toEqual(new Map())
    expect(asked).toEqual([['board', 'b1']])
  })

  it('are, one by one or all at once, and however the host tells them, the same', async () => {
    const level = fc.constantFrom(...boardLevels, 'unheard', '')
    const id = fc.constantFrom('b1', 'b2', 'b3', 'toString', '__proto__')
    const table = fc.array(fc.tuple(id, level), { maxLength: 5 }).map((entries) => Object.fromEntries(entries))
    await fc.assert(
      fc.asyncProperty(table, table, fc.array(id, { maxLength: 6 }), async (granted, owned, wanted) => {
        const given = Object.fromEntries(Object.entries(granted).filter(([, level]) => rankOf(level as never) > 0))
        const grants = { resources: { board: { mode: 'specific', levels: given } } } as Parameters<
          typeof createToken
        >[1]
        const own = (id: string) => (Object.hasOwn(owned, id) ? owned[id] : undefined)
        const answers: OwnerAuthority[] = [
          { levels: { board: owned as Record<string, string> } }, // and `null`, as JavaScript may have it
          { levels: (_, id) => own(id) },
          { levelsOf: (_, ids) => Object.fromEntries(ids.map((id) => [id, own(id)])) },
          { levelsOf: () => owned },
        ]
        for (const answer of answers) {
          const all = await (await principalWith(answer, grants)).levelsOn('board', wanted)
          for (const id of wanted) {
            const rank = Math.min(
              rankOf((Object.hasOwn(given, id) ? given[id] : null) as never),
              rankOf(own(id) as never),
            )
            const single = await (await principalWith(answer, grants)).levelOn('board', id)
            expect(single).toBe(boardLevels[Math.max(rank, 0)] ?? null)
            expect(all.get(id) ?? null).toBe(single)
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  it.runIf(countsCalls)('cost as much for each resource as for the first', async () => {
    const asking = async (count: number) => {
      const principal = await principalWith(levelsInOne())
      return callsOf(() => principal.levelsOn('board', ids.slice(0, count)))
    }
    const [few, many] = [await asking(300), await asking(3_000)]
    expect(many).toBeLessThan(11 * few)
    expect(many).toBeLessThan(15 * 3_000)
  })

  it('are refused where they would take more than 100 calls, which says how to ask for all at once', async () => {
    let calls = 0
    const single = {
      levels: () => {
        calls += 1
      },
    }
    const fault = {
      code: 'invalid_options',
      field: 'resolveOwner',
      message:
        'A request needs more than 100 calls for levels. Ask for a list with principal.levelsOn, and answer it with levelsOf.',
    }
    await expect((await principalWith(single)).levelsOn('board', ids)).rejects.toMatchObject(fault)
    expect(calls).toBe(0) // it is told before the host is asked anything
    const principal = await principalWith(single)
    await principal.levelsOn('board', ids.slice(0, 100))
    await principal.levelsOn('board', ids.slice(0, 100))
    expect(calls).toBe(100)
    await expect(principal.levelOn('board', 'b100')).rejects.toMatchObject(fault)
    await expect(principal.levelOn('board', 'b101')).rejects.toMatchObject(fault)
    expect(await principal.levelOn('board', 'b1')).toBeNull() // known already
    expect(calls).toBe(100)

    const { asked, levelsOf } = levelsInOne()
    const oneByOne = await principalWith({ levelsOf })
    const outcomes = await Promise.allSettled(ids.slice(0, 150).map((id) => oneByOne.levelOn('board', id)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100)
    expect(asked).toHaveLength(100)
  })

  it('are refused on more than 10000 resources in all', async () => {
    const { asked, levelsOf } = levelsInOne()
    const principal = await principalWith({ levelsOf })
    for (const part of [0, 1, 2])
      await principal.levelsOn(
        'board',
        ids.map((id) => `${id}/${part}`),
      )
    await principal.levelsOn('board', ids.slice(0, 1_000))
    expect(asked.flat()).toHaveLength(10_004)
    await expect(principal.levelsOn('board', ['more'])).rejects.toMatchObject({
      code: 'invalid_options',
      message:
        'A request needs levels on more than 10000 resources. Ask for a list with principal.levelsOn, and answer it with levelsOf.',
    })
    expect(asked).toHaveLength(4)
  })

  it('of a table need no calls, and have no bound', async () => {
    const board = Object.fromEntries(range(12_000, (at) => [`b${at}`, 'edit']))
    const principal = await principalWith({ levels: { board } })
    expect((await principal.levelsOn('board', Object.keys(board))).size).toBe(12_000)
  })

  it.each<[string, unknown]>([
    ['levelsOf that is no function', { levelsOf: { board: { b1: 'edit' } } }],
    ['levelsOf that answers nothing', { levelsOf: () => undefined }],
    ['levelsOf that answers a list', { levelsOf: () => ['edit'] }],
    ['levelsOf that throws', { levelsOf: () => Promise.reject(new Error('down')) }],
    ['levels that are a list', { levels: [] }],
  ])('of a host with %s are a fault, and never a level', async (_, authority) => {
    const { keyring } = openKeyring(authority as OwnerAuthority) // wrong on purpose
    const { token } = await createToken(keyring, all)
    const resource = { type: 'board', id: 'b1' } as const
    const verdict = await keyring.verify(token, { scopes: ['tasks.read'], resource })
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'auth_unavailable', reason: 'owner' } })
  })

  it('fail for whoever waits for them, and are no unhandled rejection for anybody else', async () => {
    const levelsOf = (_: string, ids: readonly string[]) => Promise.reject(new Error(`down: ${ids[0]}`))
    const principal = await principalWith({ levelsOf })
    const first = principal.levelsOn('board', ['b1'])
    const second = principal.levelsOn('board', ['b1', 'b2'])
    await expect(first).rejects.toThrow('down: b1')
    await expect(second).rejects.toThrow('down: b1')
    await expect(principal.levelOn('board', 'b2')).rejects.toThrow('down: b2')
  })

  it('that an actor gives away are looked up in one call, and refused as the others are', async () => {
    const { asked, levelsOf } = levelsInOne((id) => (id === 'b2' ? 'read' : 'edit'))
    const levels = Object.fromEntries(ids.slice(0, 1_000).map((id) => [id, 'edit' as const]))
    const give = (authority: OwnerAuthority, resources: object) => {
      const { keyring } = openKeyring(authority)
      const input = {
        name: 'ci',
        owner: { ...owner, id: 'u2' },
        resources: { board: { mode: 'specific', ...resources } },
      }
      return keyring.create(input as never, { actor }) // as built here
    }
    await expect(give({ levelsOf }, { levels })).rejects.toMatchObject({ exceeding: ['b2: edit'] })
    expect(asked).toEqual([['board', ...Object.keys(levels)]])
    const { b2, ...others } = levels
    await give({ levelsOf }, { levels: others })
    await give({ levelsOf }, { levels: {} })
    expect(asked).toHaveLength(2)
    await expect(give({ levels: () => 'edit' }, { levels })).rejects.toMatchObject({ code: 'invalid_options' })
  })
})

describe('too many scopes (SCOPE-19)', () => {
  const names = range(450, (at) => `area${at}.read`)
  const catalog = Object.fromEntries(names.map((name) => [name, name]))
  const access = defineAccess({
    scopes: catalog,
    presets: { many: names.slice(0, 250) },
    roles: { hosted: () => range(2_000, (at) => `gone${at}.read`) },
  })

  it('for one key are refused, those of its preset included', async () => {
    const { keyring } = testKeyring({ access, resolveOwner: 'uncapped' })
    const make = (count: number) =>
      keyring.create({ name: 'ci', owner, preset: 'many', scopes: names.slice(250, 250 + count) as never })
    expect((await make(150)).key.grants.scopes).toHaveLength(400)
    await expect(make(151)).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'scopes',
      message: 'scopes must be at most 400, with those of the preset.',
    })
  })

  it('for one request are refused', async () => {
    const { keyring } = testKeyring({ access, resolveOwner: 'uncapped' })
    const { token } = await keyring.create({ name: 'ci', owner, preset: 'many' })
    const ask = (count: number) => keyring.verify(token.reveal(), { scopes: names.slice(0, count) as never })
    expect(await ask(400)).toMatchObject({ refusal: { code: 'insufficient_scope' } })
    await expect(ask(401)).rejects.toMatchObject({ code: 'invalid_options', field: 'scopes' })
  })

  it.each<[string, readonly string[], OwnerAuthority]>([
    ['an owner', [], { scopes: range(2_001, (at) => `gone${at}.read`) }],
    ['the roles of an owner', [], { scopes: ['area1.read'], roles: ['hosted'] }],
    ['the roles of a key', ['hosted'], { scopes: ['*'] }],
  ])('for %s are a fault of the host', async (_, roles, authority) => {
    const { keyring } = testKeyring({ access, resolveOwner: () => authority })
    const { token } = await keyring.create({ name: 'ci', owner, scopes: ['area1.read'], roles: roles as never })
    expect(await keyring.verify(token.reveal())).toMatchObject({
      refusal: {
        code: 'auth_unavailable',
        reason: 'owner',
        cause: { message: 'An owner or a key may have at most 2000 scopes, those of its roles included' },
      },
    })
  })

  it('for one access model are refused at start-up, and so are too many implied ones', () => {
    const many = (count: number) => Object.fromEntries(range(count, (at) => [`area${at}.read`, '']))
    expect(defineAccess({ scopes: many(2_000) }).scopes.size).toBe(2_000)
    expect(() => defineAccess({ scopes: many(2_001) })).toThrow(expect.objectContaining({ field: 'scopes' }))
    const dense = (count: number) => {
      const scopes = many(300)
      const all = Object.keys(scopes)
      const implies = Object.fromEntries(all.slice(0, count).map((name) => [name, all.slice(200)]))
      return { scopes, implies }
    }
    expect(Object.keys(defineAccess(dense(200)).implies)).toHaveLength(200)
    expect(() =>
      defineAccess({ scopes: many(300), implies: { ...dense(200).implies, 'area299.read': ['area0.read'] } }),
    ).toThrow('Option implies must be an object with at most 20000 implied scopes in all.')
  })
})
