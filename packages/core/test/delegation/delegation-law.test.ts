import fc from 'fast-check'
import { expect, it } from 'vitest'
import { defineAccess } from '../../src/access/define-access.js'
import { ScopeExceedsActor } from '../../src/errors/refusal-errors.js'
import { isIpSubset } from '../../src/ip/ip-allow-list.js'
import { createKeyring, type Keyring } from '../../src/keyring/keyring.js'
import type { CreateInput, UpdateInput } from '../../src/manage/key-input.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { Actor, Owner } from '../../src/values/owner.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'
import { hours, organization, peppered, start, user } from '../support/whole-key-setup.js'

const names: readonly string[] = ['a.x', 'a.y', 'b.x', 'b.y', 'c.x']
const wildcards = ['a.*', 'b.*', '*.x', '*.y']
const ids = ['d1', 'd2', 'd9']
const levels = ['low', 'high']

const some = <T>(items: readonly T[]) => fc.subarray([...items], { maxLength: Math.min(items.length, 3) })

type AnyScopes = Record<string, string | { description: string; sensitive: boolean }>

/** A catalogue with sensitive scopes, implications through them, roles of both kinds, and levels that may add no scope. */
const model = fc
  .record({
    sensitive: some(names),
    implied: fc.tuple(...names.map((_, from) => fc.subarray(names.slice(from + 1)))),
    roles: fc.tuple(some([...names, ...wildcards]), some([...names, ...wildcards])),
    low: fc.subarray(['r.low']),
  })
  .map(({ sensitive, implied, roles: [fixed, live], low }) => {
    const described = names.map((name) => [name, { description: name, sensitive: sensitive.includes(name) }] as const)
    const scopes: AnyScopes = { ...Object.fromEntries(described), 'r.low': 'Low', 'r.high': 'High' }
    return defineAccess({
      scopes,
      implies: Object.fromEntries(names.map((name, from) => [name, implied[from] ?? []])),
      roles: { fixed, live: () => live },
      resources: { doc: { levels: { low, high: ['r.high'] } } },
    })
  })

const levelById = fc.dictionary(fc.constantFrom('d1', 'd2'), fc.constantFrom(...levels), { maxKeys: 2 })
const docs = fc.oneof(
  fc.record({ mode: fc.constant('all' as const), level: fc.constantFrom(...levels) }),
  fc.record({ mode: fc.constant('specific' as const), levels: levelById }),
)
const given = fc.record({
  scopes: some([...names, ...wildcards, '*']),
  roles: some(['fixed', 'live']),
  resources: fc.oneof(
    fc.constant({}),
    docs.map((doc) => ({ doc })),
  ),
  expiresAt: fc.constantFrom(null, hours(1), hours(2)),
  ipAllowList: fc.constantFrom(null, ['192.0.2.7'], ['192.0.2.0/24']),
})
const authority: fc.Arbitrary<OwnerAuthority> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ scopes: ['*'], levels: () => 'high' }) }, // "everything" says so in both
  {
    weight: 3,
    arbitrary: fc.record({
      scopes: some([...names, ...wildcards, 'r.*']),
      roles: some(['fixed', 'live']),
      levels: fc.record({ doc: levelById }),
    }),
  },
)
const owner = fc.constantFrom<Owner>(organization, user('u1'), user('u2'))
const step = fc.record({
  verb: fc.constantFrom('create', 'like', 'update', 'rotate'),
  owner,
  target: fc.nat(),
  given: fc.oneof({ weight: 1, arbitrary: given }, { weight: 2, arbitrary: partly() }),
})

/** A few settings of a key; the others stay as they are. */
function partly(): fc.Arbitrary<Partial<CreateInput>> {
  return fc.tuple(given, fc.subarray(['scopes', 'roles', 'resources', 'expiresAt', 'ipAllowList'] as const)).map(
    ([all, kept]) => Object.fromEntries(kept.map((field) => [field, all[field]])), // fields of a CreateInput
  )
}

/** What a token can do: names, and names of levels with the resource. Levels hold those below. */
async function rightsOf(keyring: Keyring, token: string): Promise<ReadonlySet<string>> {
  const verdict = await keyring.verify(token, { ip: '192.0.2.7' })
  if (!verdict.ok) return new Set()
  const reached = new Set<string>(verdict.principal.scopes)
  for (const id of ids) {
    const level = await verdict.principal.levelOn('doc', id)
    for (const below of levels.slice(0, levels.indexOf(level ?? '') + 1)) reached.add(`${below} ${id}`)
  }
  return reached
}

const beyond = (rights: ReadonlySet<string>, ...bounds: readonly ReadonlySet<string>[]) =>
  [...rights].filter((right) => !bounds.some((bound) => bound.has(right)))

it('SCOPE-14, T13: no sequence of calls gives a key more rights than the actor has', async () => {
  const done = { create: 0, like: 0, update: 0, rotate: 0, refused: 0 }
  const scenario = fc.record({
    access: model,
    authority,
    manager: fc.oneof(fc.constant(null), fc.record({ owner: fc.constantFrom(organization, user('u1')), given })),
    strong: fc.record({ owner, given }),
    steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ access, authority, manager, strong, steps }) => {
      const keyring: Keyring = createKeyring({
        prefix: 'tk',
        access,
        store: memoryStore({ now: () => start }),
        hasher: peppered(),
        resolveOwner: ({ type, id }) =>
          type === 'user' && id === 'u1' ? authority : { scopes: ['*'], levels: () => 'high' },
        allowKeyManagement: true,
      })
      // By the host's own code: the actor, or a key that can do whatever the user can; and a key for the actor to change.
      const everything = { scopes: ['*', ...names], resources: { doc: { mode: 'all', level: 'high' } } } as const
      const held = manager === null ? everything : manager.given
      const mine = await keyring.create({ name: 'actor', owner: manager?.owner ?? user('u1'), ...held })
      const actor: Actor = manager === null ? { type: 'user', id: 'u1' } : { type: 'key', id: mine.key.id }
      const bound = await rightsOf(keyring, mine.token.reveal())
      const other = await keyring.create({ name: 'strong', owner: strong.owner, ...strong.given })

      const tokens = new Map([[other.key.id, other.token.reveal()]])
      const own = new Set<string>()
      for (const { verb, owner, target, given } of steps) {
        const id = [...tokens.keys()][target % tokens.size] ?? ''
        const before = await rightsOf(keyring, tokens.get(id) ?? '')
        try {
          if (verb === 'update') await keyring.update(id, given satisfies UpdateInput, { actor })
          else {
            const { key, token } =
              verb === 'create'
                ? await keyring.create({ name: 'new', owner, ...given }, { actor })
                : verb === 'like'
                  ? await keyring.create({ copyFrom: id, ...given }, { actor })
                  : await keyring.rotate(id, {}, { actor })
            tokens.set(key.id, token.reveal())
            // To rotate one's own key gives nothing new, though somebody else may have made it stronger than oneself.
            if (verb !== 'rotate' || key.owner.id !== actor.id) own.add(key.id)
          }
          done[verb] += 1
        } catch (error) {
          if (!(error instanceof ScopeExceedsActor)) throw error
          done.refused += 1
        }
        expect(beyond(await rightsOf(keyring, tokens.get(id) ?? ''), bound, before)).toEqual([])
        for (const made of own) {
          const key = await keyring.get(made)
          expect(beyond(await rightsOf(keyring, tokens.get(made) ?? ''), bound)).toEqual([])
          if (key === null || actor.type === 'user') continue
          expect(Number(key.expiresAt ?? Infinity)).toBeLessThanOrEqual(Number(mine.key.expiresAt ?? Infinity))
          expect(isIpSubset(key.ipAllowList, mine.key.ipAllowList)).toBe(true)
        }
      }
    }),
    { numRuns: 300 },
  )
  for (const count of Object.values(done)) expect(count).toBeGreaterThan(30)
})
