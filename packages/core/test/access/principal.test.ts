import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'
import { boardLevels, createToken, type Level, openKeyring, principalOf, rankOf } from './board-product.js'

type Levels = Readonly<Record<string, Exclude<Level, null>>>
type Grant = Parameters<typeof createToken>[1]['resources']

const ids = ['b1', 'b2', 'b3', 'toString', '__proto__'] as const
const id = fc.constantFrom(...ids)
const level = fc.constantFrom('read', 'edit', 'own')
const levels: fc.Arbitrary<Levels> = fc
  .array(fc.tuple(id, level), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries))
const grant: fc.Arbitrary<NonNullable<NonNullable<Grant>['board']>> = fc.oneof(
  fc.record({ mode: fc.constant('all'), level }),
  fc.record({ mode: fc.constant('specific'), levels }),
)

const levelIn = (table: Levels, board: string): Level => (Object.hasOwn(table, board) ? (table[board] ?? null) : null)
const raised = (from: Level, by: number): Level => boardLevels[Math.min(rankOf(from) + by, 3)] ?? null

/** The effective rank on each board of `ids`. */
async function ranks(board: NonNullable<Grant>['board'], owner: Levels): Promise<number[]> {
  const { keyring } = openKeyring({ levels: { board: owner } })
  const { token } = await createToken(keyring, { resources: { board } })
  const principal = await principalOf(keyring, token)
  return Promise.all(ids.map(async (board) => rankOf(await principal.levelOn('board', board))))
}

/** A principal with every right on every board and project, and the questions that its owner was asked. */
async function highest() {
  const asked: string[] = []
  const levels = (type: string, id: string) => {
    asked.push(`${type}/${id}`)
    return type === 'board' ? 'own' : 'edit'
  }
  const { keyring } = openKeyring({ scopes: ['*'], levels })
  const { token } = await createToken(keyring, {
    scopes: ['members.read'],
    resources: { board: { mode: 'all', level: 'own' }, project: { mode: 'specific', levels: { p1: 'read' } } },
  })
  return { keyring, token, asked, principal: await principalOf(keyring, token) }
}

describe('the effective level on a resource', () => {
  it("is the lower of the key's and the owner's, never above either (A5, SCOPE-13)", async () => {
    await fc.assert(
      fc.asyncProperty(grant, levels, async (board, owner) => {
        const given = ids.map((id) => (board.mode === 'all' ? board.level : levelIn(board.levels, id)))
        const lower = ids.map((id, index) => Math.min(rankOf(given[index] ?? null), rankOf(levelIn(owner, id))))
        expect(await ranks(board, owner)).toEqual(lower)
      }),
    )
  })

  it("never falls when the key's or the owner's level rises (SCOPE-6)", async () => {
    const notBelow = (after: readonly number[], before: readonly number[]) =>
      after.every((rank, index) => rank >= (before[index] ?? 0))
    const raiseOne = (table: Levels, id: string, by: number): Levels =>
      Object.fromEntries([...Object.entries(table), [id, raised(levelIn(table, id), by) ?? 'read']]) as Levels // raised: not null
    await fc.assert(
      fc.asyncProperty(grant, levels, id, fc.integer({ min: 1, max: 3 }), async (board, owner, on, by) => {
        const before = await ranks(board, owner)
        expect(notBelow(await ranks(board, raiseOne(owner, on, by)), before)).toBe(true)
        const more =
          board.mode === 'all'
            ? { ...board, level: raised(board.level, by) ?? board.level }
            : { ...board, levels: raiseOne(board.levels, on, by) }
        expect(notBelow(await ranks(more, owner), before)).toBe(true)
      }),
    )
  })

  it("follows the owner's gains and losses on the next verification (C16–C18, C21, C22, CONS-9)", async () => {
    const { keyring, owner } = openKeyring(null)
    const { token } = await createToken(keyring, { resources: { board: { mode: 'all', level: 'edit' } } })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(level), { minLength: 1, maxLength: 6 }), async (history) => {
        for (const now of history) {
          owner.authority = { levels: { board: now === null ? {} : { b9: now } } }
          const held = await (await principalOf(keyring, token)).levelOn('board', 'b9')
          expect(held).toBe(now === 'own' ? 'edit' : now)
        }
      }),
    )
    owner.authority = null
    expect(await keyring.verify(token)).toMatchObject({ ok: false, refusal: { code: 'owner_inactive' } })
  })

  it.each<[string, string, unknown]>([
    ['an unknown type', 'bord', 'b1'],
    ['a type that the key was not given', 'project', 'p1'],
    ['a name of Object.prototype as type', 'constructor', 'b1'],
    ['an id that is no text', 'board', ['b1']],
  ])('is none for %s', async (_, type, id) => {
    const { keyring } = openKeyring({ levels: () => 'own' })
    const { token } = await createToken(keyring, { resources: { board: { mode: 'all', level: 'own' } } })
    const principal = await principalOf(keyring, token)
    expect(await principal.levelOn(type as never, id as never)).toBeNull()
    expect(await principal.allowsOn('tasks.read', { type: type as never, id: id as never })).toBe(false)
  })
})

// The built-in members are no levels anyway; what a polluted prototype adds could be one.
describe.each<[string, PropertyDescriptor]>([
  ['a level', { value: 'edit' }],
  ['a grant', { value: { mode: 'all', level: 'edit' } }],
])('with %s on Object.prototype', (_, descriptor) => {
  const added = ['b9', 'project']
  beforeEach(() => {
    for (const name of added) Object.defineProperty(Object.prototype, name, { ...descriptor, configurable: true })
  })
  afterEach(() => {
    for (const name of added) Reflect.deleteProperty(Object.prototype, name)
  })

  it.each<[string, Grant, OwnerAuthority['levels']]>([
    ['key', { board: { mode: 'specific', levels: {} } }, () => 'edit'],
    ['owner', { board: { mode: 'all', level: 'edit' } }, { board: {} }],
  ])('the %s gains nothing (C29)', async (_, resources, levels) => {
    const { keyring } = openKeyring({ levels })
    const { token } = await createToken(keyring, { resources })
    const principal = await principalOf(keyring, token)
    expect(await principal.levelOn('board', 'b9')).toBeNull()
    expect(await principal.levelOn('project', 'b9')).toBeNull()
  })
})

describe('principal.narrowTo (L6)', () => {
  it('narrowed several times, keeps only what every list leaves', async () => {
    const { principal } = await highest()
    const narrowing = fc.record(
      { board: fc.subarray([...ids]), project: fc.subarray(['p1', 'p2']) },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(narrowing, { maxLength: 4 }), async (narrowings) => {
        const narrow = narrowings.reduce((from, to) => from.narrowTo(to), principal)
        for (const id of ids) {
          const isLeft = narrowings.every(({ board }) => board === undefined || board.includes(id))
          expect(await narrow.levelOn('board', id)).toBe(isLeft ? 'own' : null)
          expect(await narrow.allowsOn('tasks.purge', { type: 'board', id })).toBe(isLeft)
        }
        const leavesProject = narrowings.every(({ project }) => project === undefined || project.includes('p1'))
        expect(await narrow.levelOn('project', 'p1')).toBe(leavesProject ? 'read' : null)
        expect(await narrow.levelOn('project', 'p2')).toBeNull()
        expect(narrow.scopes).toEqual(principal.scopes)
      }),
    )
    expect(await principal.levelOn('board', 'b1')).toBe('own')
  })

  it('with an empty list reaches nothing, and ignores later changes of the list', async () => {
    const { principal } = await highest()
    const boards: string[] = []
    const narrow = principal.narrowTo({ board: boards })
    boards.push('b1')
    expect(await narrow.levelOn('board', 'b1')).toBeNull()
  })

  it('refuses a resource type that the model does not have', async () => {
    const { principal } = await highest()
    expect(() => principal.narrowTo({ bord: ['b1'] } as object)).toThrow(
      expect.objectContaining({ code: 'scope_unknown' }),
    )
  })
})

describe("the host's levels function", () => {
  it('is asked at most once for each resource and principal, narrowed principals included', async () => {
    const { keyring, token, asked, principal } = await highest()
    const narrow = principal.narrowTo({ board: ['b1'] })
    await Promise.all([
      principal.levelOn('board', 'b1'),
      principal.levelOn('board', 'b1'),
      principal.allowsOn('tasks.read', { type: 'board', id: 'b1' }),
      narrow.allowsOn('tasks.create', { type: 'board', id: 'b1' }),
      principal.levelOn('board', 'b2'),
      principal.levelOn('project', 'p1'),
    ])
    expect(asked.sort()).toEqual(['board/b1', 'board/b2', 'project/p1'])
    await (await principalOf(keyring, token)).levelOn('board', 'b1')
    expect(asked.length).toBe(4)
  })

  it('is not asked where the key, the narrowing or the question already rules everything out', async () => {
    const { principal, asked } = await highest()
    await principal.levelOn('project', 'p2')
    await principal.narrowTo({ board: ['b1'] }).levelOn('board', 'b2')
    await principal.allowsOn('members.read', { type: 'board', id: 'b1' })
    expect(asked).toEqual([])
  })

  it('that throws makes the question throw, and never gives a level', async () => {
    const { keyring } = openKeyring({ levels: () => Promise.reject(new Error('down')) })
    const { token } = await createToken(keyring, { resources: { board: { mode: 'all', level: 'own' } } })
    const principal = await principalOf(keyring, token)
    await expect(principal.levelOn('board', 'b1')).rejects.toThrow('down')
    await expect(principal.allowsOn('tasks.read', { type: 'board', id: 'b1' })).rejects.toThrow('down')
    const resource = { type: 'board', id: 'b1' } as const
    const verdict = await keyring.verify(token, { scopes: ['tasks.read'], resource })
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'auth_unavailable', reason: 'owner' } })
  })
})

describe('a principal', () => {
  it('names its key, its owner, the organisation and the user', async () => {
    const { principal } = await highest()
    const owner = { type: 'user', id: 'u1', organizationId: 'org1' }
    expect(principal).toMatchObject({ owner, organizationId: 'org1', user: { id: 'u1' }, key: { name: 'ci', owner } })
  })

  it('of a key of an organisation has no user', async () => {
    const { keyring } = openKeyring({})
    const { token } = await keyring.create({ name: 'ci', owner: { type: 'organization', id: 'org1' } })
    expect(await principalOf(keyring, token.reveal())).toMatchObject({ organizationId: 'org1', user: null })
  })

  it.each<[string, (principal: Awaited<ReturnType<typeof highest>>['principal']) => unknown]>([
    ['its answers', (principal) => Object.assign(principal, { allows: () => true })],
    [
      'what all principals share',
      (principal) => Object.defineProperty(Object.getPrototypeOf(principal), 'allows', { get: () => () => true }),
    ],
    ['its scopes', (principal) => Object.assign(principal, { scopes: ['billing.pay'] })],
    ['its user', (principal) => Object.assign(principal.user ?? {}, { id: 'u2' })],
    ['its owner', (principal) => Object.assign(principal.owner, { id: 'u2' })],
    ['its key', (principal) => Object.assign(principal.key, { status: 'active' })],
    ['what its key was given', (principal) => Object.assign(principal.key.grants, { scopes: ['*'] })],
    [
      'the levels of its key',
      ({ key }) => Object.assign(key.grants.resources, { project: { mode: 'all', level: 'edit' } }),
    ],
    [
      'one level of its key',
      ({ key }) => Object.assign(key.grants.resources.project ?? {}, { mode: 'all', level: 'edit' }),
    ],
  ])('cannot be tampered with through %s', async (_, tamper) => {
    const { principal } = await highest()
    expect(() => tamper(principal)).toThrow(TypeError)
    expect(() => tamper(principal.narrowTo({ board: [] }))).toThrow(TypeError)
    expect(principal.allows('billing.pay')).toBe(false)
    expect(await principal.levelOn('project', 'p2')).toBeNull()
  })

  it('returns its scopes as a copy', async () => {
    const { principal } = await highest()
    ;(principal.scopes as string[]).push('billing.pay')
    expect(principal.scopes).toEqual(['members.read'])
    expect(principal.allows('billing.pay')).toBe(false)
  })
})
