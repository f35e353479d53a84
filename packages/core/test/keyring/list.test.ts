import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/crypto/sha256.js'
import type { KeyQuery } from '../../src/reads/index.js'
import type { Key } from '../../src/values/key.js'
import { good, open, owner, start } from '../support/setup.js'

type World = ReturnType<typeof open>

async function createMany(world: World, count: number): Promise<Key[]> {
  const keys: Key[] = []
  for (let index = 0; index < count; index += 1) keys.push((await world.keyring.create(good)).key)
  return keys
}

/** All pages, one after the other; `meanwhile` runs between two. */
async function walk(
  world: World,
  query: KeyQuery,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<Key[][]> {
  const pages: Key[][] = []
  let cursor: string | null = null
  do {
    const page = await world.keyring.list({ ...query, cursor })
    pages.push([...page.keys])
    cursor = page.nextCursor
    await meanwhile()
  } while (cursor !== null && pages.length < 100)
  return pages
}

describe('list', () => {
  it('returns pages of 50 keys, newest first, with a cursor for the next', async () => {
    const world = open()
    const keys: Key[] = []
    for (let index = 0; index < 51; index += 1) {
      world.clock.at += 1
      keys.push(...(await createMany(world, 1)))
    }
    const pages = await walk(world, {})
    expect(pages.map((page) => page.length)).toEqual([50, 1])
    expect(pages.flat()).toEqual(keys.reverse())
    expect(await world.keyring.list({ limit: 51 })).toMatchObject({ nextCursor: null })
  })

  it('shows each key once while others come and go, also among keys of one instant (HTTP-17)', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 10 }), async (ticks, limit) => {
        const world = open()
        const keys: Key[] = []
        for (const tick of ticks) {
          world.clock.at += tick
          keys.push(...(await createMany(world, 1)))
        }
        // Keys that are made after the first page, later than all of it, never come into the pages after it.
        const pages = await walk(world, { limit }, async () => {
          world.clock.at += 1
          await createMany(world, 2)
        })
        const ids = (list: readonly Key[]) => list.map(({ id }) => id)
        const expected = [...keys].sort(
          (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1),
        )
        expect(ids(pages.flat())).toEqual(ids(expected))
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('neither skips nor repeats a key when the key of the cursor is deleted', async () => {
    const world = open()
    await createMany(world, 6)
    const first = await world.keyring.list({ limit: 2 })
    const all = await world.keyring.list()
    await Promise.all(first.keys.map(({ id }) => world.keyring.delete(id)))
    const rest = await world.keyring.list({ cursor: first.nextCursor })
    expect(rest.keys).toEqual(all.keys.slice(2))
  })

  it('filters by owner, organisation and the status that people see', async () => {
    const world = open()
    const make = async (changes: object) => (await world.keyring.create({ ...good, ...changes })).key.id
    const org2 = { type: 'organization', id: 'org2' } as const
    const ids = {
      active: await make({}),
      expired: await make({ expiresAt: new Date(start + 1) }),
      disabled: await make({ expiresAt: new Date(start + 1) }),
      revoked: await make({}),
      deleted: await make({}),
      colleague: await make({ owner: { ...owner, id: 'u2' } }),
      elsewhere: await make({ owner: { ...owner, organizationId: 'org2' } }),
      shared: await make({ owner: org2 }),
    }
    await world.keyring.disable(ids.disabled)
    await world.keyring.revoke(ids.revoked)
    await world.keyring.delete(ids.deleted)
    world.clock.at += 1
    const names = async (query: KeyQuery) => {
      const listed = (await walk(world, { ...query, limit: 1 })).flat().map(({ id }) => id)
      return Object.entries(ids).flatMap(([name, id]) => (listed.includes(id) ? [name] : []))
    }
    expect(await names({ owner })).toEqual(['active', 'expired', 'disabled', 'revoked'])
    expect(await names({ owner: org2 })).toEqual(['shared'])
    expect(await names({ organizationId: 'org2' })).toEqual(['elsewhere', 'shared'])
    expect(await names({ organizationId: 'org1', owner: org2 })).toEqual([])
    expect(await names({ status: 'active' })).toEqual(['active', 'colleague', 'elsewhere', 'shared'])
    expect(await names({ organizationId: 'org1', status: 'active' })).toEqual(['active', 'colleague'])
    for (const status of ['expired', 'disabled', 'revoked'] as const) {
      expect(await names({ status })).toEqual([status])
      expect((await world.keyring.list({ status })).keys).toMatchObject([{ status }])
    }
  })

  it.each<[string, unknown]>([
    ['cursor', ''],
    ['cursor', 'next'],
    ['cursor', 5],
    ['cursor', {}],
    ['cursor', encode('1.')],
    ['cursor', encode('.a1B2c3D4e5F6')],
    ['cursor', encode('-1.a1B2c3D4e5F6')],
    ['cursor', encode('1e9.a1B2c3D4e5F6')],
    ['cursor', encode('007.a1B2c3D4e5F6')],
    ['cursor', encode(`${'9'.repeat(16)}.a1B2c3D4e5F6`)],
    ['cursor', encode("1.a' OR 1=1")],
    ['cursor', `${encode('1.a1B2c3D4e5F6')}=`],
    ['cursor', `${encode('1.a1B2c3D4e5F6')} `],
    ['cursor', encode(`1.${'a'.repeat(65)}`)],
    ['limit', 0],
    ['limit', 101],
    ['limit', 1.5],
    ['limit', -1],
    ['limit', Number.NaN],
    ['limit', '10'],
    ['limit', null],
    ['status', 'deleted'],
    ['status', 'unknown'],
    ['status', []],
    ['status', ['active', 'deleted']],
    ['sort', 'id'],
    ['sort', 'constructor'],
    ['sort', 'name'],
    ['order', 'newest'],
    ['total', 1],
    ['search', 'ci'],
    ['environment', null],
    ['scope', 'members.read'],
    ['unusedSince', new Date(0)],
    ['expiringBefore', 5],
    ['status', null],
    ['organizationId', ''],
    ['organizationId', 5],
    ['organizationId', null],
    ['owner', 'u1'],
    ['owner', null],
  ])('refuses as %s %j without reading the store', async (field, value) => {
    const { keyring, storage } = open()
    const refused = keyring.list({ [field]: value })
    const named = field === 'owner' ? 'owner.type' : field
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: named })
    expect(storage.calls).toEqual([])
  })

  /** The cursor that anyone can make who knows how: signed with plain SHA-256, or, as without a pepper, not at all. */
  const forged = (place: string, hash = sha256().hash({ id: 'cursor/keys', token: place })) => {
    const signature = hash === '' ? '' : String(hash).split('$').at(-1)?.slice(0, 22)
    return Buffer.from(`${place}~${signature}`).toString('base64url')
  }

  it('refuses a cursor that is signed without the pepper (HTTP-17)', async () => {
    const { keyring, storage } = open()
    const cursor = forged(`newest.${start}.a1B2c3D4e5F6`)
    await expect(keyring.list({ cursor })).rejects.toMatchObject({ code: 'invalid_input', field: 'cursor' })
    expect(storage.calls).toEqual([])
  })

  it.each([
    'newest.1.',
    'newest.-1.a1B2c3D4e5F6',
    'newest.1e9.a1B2c3D4e5F6',
    `newest.${'9'.repeat(16)}.a1B2c3D4e5F6`,
    'newest.1.a1B2c3\0D4e5F6',
    `newest.1.${'a'.repeat(65)}`,
    'oldest.1.a1B2c3D4e5F6',
    '1',
  ])('refuses the place %j where no pepper signs (HTTP-17)', async (place) => {
    const { keyring, storage } = open({ hasher: sha256() })
    const error = { code: 'invalid_input', field: 'cursor' }
    await expect(keyring.list({ cursor: forged(place, '') })).rejects.toMatchObject(error)
    expect(storage.calls).toEqual([])
  })

  it('refuses an altered cursor (HTTP-17)', async () => {
    const world = open()
    await createMany(world, 3)
    await world.keyring.create({ ...good, owner: { type: 'organization', id: 'org2' } })
    const { nextCursor } = await world.keyring.list({ organizationId: 'org1', limit: 1 })
    if (nextCursor === null) throw new Error('one page')
    const alphabet = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. ')
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: nextCursor.length - 1 }), alphabet, async (at, letter) => {
        const tampered = nextCursor.slice(0, at) + letter + nextCursor.slice(at + 1)
        fc.pre(tampered !== nextCursor)
        const refused = world.keyring.list({ organizationId: 'org1', cursor: tampered })
        await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: 'cursor' })
      }),
      { numRuns: 500 },
    )
  })

  it('returns the oldest first on request, and refuses a cursor of the other order or of another list', async () => {
    const world = open()
    await createMany(world, 5)
    const { keyring } = world
    const newest = (await keyring.list()).keys.map(({ id }) => id)
    const first = await keyring.list({ order: 'asc', limit: 3 })
    const rest = await keyring.list({ order: 'asc', cursor: first.nextCursor })
    expect([...first.keys, ...rest.keys].map(({ id }) => id)).toEqual([...newest].reverse())
    const { nextCursor: ofAudit } = await keyring.audit.list({ organizationId: 'org1', limit: 1 })
    for (const query of [{ cursor: first.nextCursor }, { cursor: ofAudit }, { order: 'random' as 'asc' }]) {
      await expect(keyring.list(query)).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })
})

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}
