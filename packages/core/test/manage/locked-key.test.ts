import { createHash } from 'node:crypto'
import { auditOf, recordOf, testKeyring, testOwners, writeRecord } from '@keywright/testkit'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineAccess } from '../../src/access/define-access.js'
import { sealer } from '../../src/crypto/sealer.js'
import { isKeyError } from '../../src/errors/key-error.js'
import type { ManageOptions } from '../../src/input/manage-options.js'
import type { ImportedSecret } from '../../src/manage/import-secret.js'
import type { Actor } from '../../src/values/owner.js'

const access = defineAccess({
  scopes: { 'members.read': 'View members', 'api_keys.manage_all': 'Manage the keys of others' },
})
const scopes = ['members.read'] as const
const { organization, user: owner } = testOwners
const { organizationId } = owner

const userActor = (id: string): Actor => ({ type: 'user', id })
const keyActor = (id: string): Actor => ({ type: 'key', id })

/** u1 owns the key, u2 is another member; ada and zoe manage all keys of the organization. */
async function openWorld(options: Partial<Parameters<typeof testKeyring<typeof access>>[0]> = {}) {
  const world = testKeyring({
    allowKeyManagement: true,
    imports: {},
    reveal: sealer({ current: 'k1', keys: { k1: Buffer.alloc(32, 1) } }),
    ...options,
    access,
  })
  for (const id of ['u1', 'u2']) world.authorities.set(id, { scopes })
  for (const id of ['ada', 'zoe']) world.authorities.set(id, { scopes: [...scopes, 'api_keys.manage_all'] })
  const made = async (
    of: typeof owner | typeof organization,
    given: readonly ('members.read' | 'api_keys.manage_all')[],
  ) => (await world.keyring.create({ name: 'ci', owner: of, scopes: given })).key.id
  const { key, token } = await world.keyring.create({ name: 'ci', owner, scopes })
  return {
    ...world,
    id: key.id,
    token: token.reveal(),
    robot: await made(owner, scopes),
    manager: await made(organization, [...scopes, 'api_keys.manage_all']),
    helper: await made(organization, scopes),
  }
}

type World = Awaited<ReturnType<typeof openWorld>>

/** For whom a call acts: for the owner alone, as somebody who may manage all keys, or as neither. */
type Side = 'owner' | 'member' | 'manager'
type Caller = readonly [side: Side, options: (world: World) => ManageOptions]

const toOwner = { organizationId, owner }
const toAll = { organizationId }
const callers: Readonly<Record<string, Caller>> = {
  'the owner': ['owner', () => ({ actor: userActor('u1') })],
  'the owner, within their own keys': ['owner', () => ({ actor: userActor('u1'), within: toOwner })],
  'the owner, within the organization': ['owner', () => ({ actor: userActor('u1'), within: toAll })],
  'another key of the owner': ['owner', ({ robot }) => ({ actor: keyActor(robot) })],
  'the host, within the keys of the owner': ['owner', () => ({ within: { owner } })],
  'an administrator, within the keys of the owner': ['owner', () => ({ actor: userActor('ada'), within: toOwner })],
  'another member': ['member', () => ({ actor: userActor('u2') })],
  'another member, within the organization': ['member', () => ({ actor: userActor('u2'), within: toAll })],
  'a key of the organization': ['member', ({ helper }) => ({ actor: keyActor(helper) })],
  'an administrator': ['manager', () => ({ actor: userActor('ada') })],
  'another administrator, within the organization': ['manager', () => ({ actor: userActor('zoe'), within: toAll })],
  'a key that manages': ['manager', ({ manager }) => ({ actor: keyActor(manager) })],
  'the host': ['manager', () => ({})],
  'the host, within the organization': ['manager', () => ({ within: toAll })],
  'a program of the host': ['manager', () => ({ actor: { type: 'system', id: 'abuse-watch' } })],
}
const named = Object.entries(callers).map(([name, [side, options]]) => [name, side, options] as const)
const onSide = (...sides: readonly Side[]) => named.filter(([, side]) => sides.includes(side))

const system = { type: 'system', id: 'keyring' } as const
const actorOf = ({ actor = system }: ManageOptions): Actor => actor

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    return isKeyError(error) ? error.code : String(error)
  }
}

let world: World
beforeEach(async () => {
  world = await openWorld()
})

/** The key as it is refused to the owner: locked by ada. */
async function locked(): Promise<void> {
  await world.keyring.disable(world.id, {}, { actor: userActor('ada') })
}

describe('a disabled key', () => {
  it.each(named)(
    'names %s, who disabled it, and is locked unless that was for its owner (MGMT-10)',
    async (_, side, by) => {
      const { keyring, id, store } = world
      const options = by(world)
      const isLocked = side !== 'owner'
      const said = { status: 'disabled', disabledBy: actorOf(options), locked: isLocked }
      expect(await keyring.disable(id, {}, options)).toMatchObject(said)
      expect(await keyring.get(id)).toMatchObject(said)
      expect(await recordOf(store, id)).toMatchObject(said)
      const record = (await auditOf(store)).at(-1)
      expect(record).toMatchObject({ type: 'api_key.disabled', actor: actorOf(options), data: { locked: isLocked } })
    },
  )

  const pairs = named.flatMap(([name, side, by]) => named.map((other) => [name, other[0], side, by, other] as const))

  it.each(pairs)('that %s disabled, and %s enables', async (name, _, side, by, [other, otherSide, otherBy]) => {
    const { keyring, id, verify, token } = world
    await keyring.disable(id, {}, by(world))
    const [was, is] = [actorOf(by(world)), actorOf(otherBy(world))]
    const isSame = otherSide !== 'owner' && was.type === is.type && was.id === is.id
    const mayEnable = side === 'owner' || otherSide === 'manager' || isSame
    const outcome = await outcomeOf(keyring.enable(id, otherBy(world)))
    expect(outcome, `${name}, ${other}`).toBe(mayEnable ? 'ok' : 'key_locked')
    expect(await verify(token)).toBe(mayEnable ? 'ok' : 'api_key_disabled')
    const after = { status: 'active', disabledAt: null, disabledBy: null, locked: false }
    expect(await keyring.get(id)).toMatchObject(
      mayEnable ? after : { status: 'disabled', disabledBy: was, locked: true },
    )
  })

  it.each(onSide('manager', 'member'))(
    'is locked by %s, though its owner disabled it before (MGMT-10)',
    async (_, __, by) => {
      const { keyring, id, store, clock } = world
      const byOwner = { actor: userActor('u1') }
      const first = await keyring.disable(id, {}, byOwner)
      clock.at += 1_000
      const said = { disabledBy: actorOf(by(world)), locked: true, disabledAt: first.disabledAt }
      expect(await keyring.disable(id, {}, by(world))).toMatchObject(said)
      const log = await auditOf(store)
      expect(log.at(-1)).toMatchObject({ type: 'api_key.disabled', actor: actorOf(by(world)), data: { locked: true } })
      // Once more, by the owner and by others: the lock stays with who took it.
      for (const [, , again] of named) expect(await keyring.disable(id, {}, again(world))).toMatchObject(said)
      expect(await auditOf(store)).toEqual(log)
      expect(await outcomeOf(keyring.enable(id, byOwner))).toBe('key_locked')
    },
  )

  it('from before it was known who disables has no lock, and takes one', async () => {
    const { keyring, id, store } = world
    await writeRecord(store, id, { status: 'disabled', disabledAt: new Date(0) })
    expect(await keyring.get(id)).toMatchObject({ status: 'disabled', disabledBy: null, locked: false })
    await keyring.disable(id, {}, { actor: userActor('ada') })
    expect(await outcomeOf(keyring.enable(id, { actor: userActor('u1') }))).toBe('key_locked')
    await keyring.enable(id)
    await writeRecord(store, id, { status: 'disabled', disabledAt: new Date(0) })
    expect(await outcomeOf(keyring.enable(id, { actor: userActor('u1') }))).toBe('ok')
  })

  it('of an administrator is enabled by them, though another administrator locked it (MGMT-10)', async () => {
    const { keyring, id, authorities } = world
    authorities.set('u1', { scopes: [...scopes, 'api_keys.manage_all'] })
    await locked()
    const actor = userActor('u1')
    expect(await outcomeOf(keyring.enable(id, { actor, within: toOwner }))).toBe('key_locked')
    expect(await outcomeOf(keyring.enable(id, { actor }))).toBe('ok')
  })

  it('is not enabled by who lost the right to manage since, but by who disabled it', async () => {
    const { keyring, id, authorities } = world
    await locked()
    for (const who of ['ada', 'zoe']) authorities.set(who, { scopes })
    expect(await outcomeOf(keyring.enable(id, { actor: userActor('zoe') }))).toBe('key_locked')
    expect(await outcomeOf(keyring.enable(id, { actor: userActor('ada') }))).toBe('ok')
  })

  it('of the organization is locked by each member that disables it, and by none within its own keys', async () => {
    const { keyring, helper: id } = world
    const member = { actor: userActor('u2') }
    expect(await keyring.disable(id, {}, member)).toMatchObject({ locked: true })
    expect(await outcomeOf(keyring.enable(id, { actor: userActor('u1') }))).toBe('key_locked')
    expect(await outcomeOf(keyring.enable(id, member))).toBe('ok')
    const own = { ...member, within: { owner: organization } }
    expect(await keyring.disable(id, {}, own)).toMatchObject({ locked: false })
    expect(await outcomeOf(keyring.enable(id, { ...own, actor: userActor('u1') }))).toBe('ok')
  })

  it("is locked against its owner and their keys where owners are 'uncapped', and against nobody else", async () => {
    world = await openWorld({ resolveOwner: 'uncapped' })
    const { keyring, id } = world
    for (const [name, side, by] of named) {
      await locked()
      const outcome = await outcomeOf(keyring.enable(id, by(world)))
      const isRefused = side === 'owner' || name === 'a key of the organization'
      expect(outcome, name).toBe(isRefused ? 'key_locked' : 'ok')
    }
    const { key } = await keyring.create({ name: 'wide', owner, scopes: ['*'] })
    await locked()
    expect(await outcomeOf(keyring.enable(id, { actor: keyActor(key.id) }))).toBe('key_locked')
  })
})

describe('a locked key', () => {
  it('says to its owner who can help, and names nobody else but who locked it', async () => {
    await locked()
    const attempt = world.keyring.enable(world.id, { actor: userActor('u1') })
    await expect(attempt).rejects.toMatchObject({
      name: 'KeyLocked',
      code: 'key_locked',
      keyId: world.id,
      disabledBy: userActor('ada'),
      message: expect.stringMatching(/^Key \w+ was disabled by somebody else than its owner\. .*[Aa]dministrator/),
    })
  })

  it.each(onSide('owner'))('stays so whatever %s does, and is deleted (MGMT-10)', async (_, __, by) => {
    const { keyring, id, token, verify, store, clock } = world
    await keyring.update(id, { expiresAt: new Date(clock.at + 1_000) })
    await locked()
    const options = by(world)
    const before = await recordOf(store, id)
    const isKey = options.actor?.type === 'key'

    const fresh = isKey ? null : (await keyring.rotate(id, { graceMs: 60_000 }, options)).token.reveal()
    await keyring.update(id, { name: 'other' }, options)
    clock.at += 2_000
    await outcomeOf(keyring.update(id, { expiresAt: null }, options)) // a key acts within its own rights
    const shown = isKey ? null : (await keyring.reveal(id, options)).reveal()
    const copy = await keyring.create({ copyFrom: id }, options)
    await outcomeOf(keyring.enable(id, options))
    for (const known of [token, fresh, shown]) if (known !== null) expect(await verify(known)).toBe('api_key_disabled')
    const { status, disabledAt, disabledBy, locked: isLocked } = before
    expect(await recordOf(store, id)).toMatchObject({ status, disabledAt, disabledBy, locked: isLocked })
    expect(isLocked).toBe(true)
    expect(copy.key).toMatchObject({ status: 'active', disabledBy: null, locked: false })
    expect(copy.key.id).not.toBe(id)

    await keyring.delete(id, options)
    expect(await keyring.get(id)).toBeNull()
  })

  it('that was imported is not imported again, not even once it was used, rotated or deleted (MGMT-10)', async () => {
    const { keyring, store } = world
    const theirs = 'their_0123456789abcdefghijklmnopqrstuvwxyzABCDEF'
    const hash = createHash('sha256').update(theirs).digest('hex')
    const bring = (secret: ImportedSecret, by: ManageOptions = {}) =>
      keyring.import({ name: 'old', owner, scopes, secret, entropyBits: 190 }, by)
    const { id } = await bring({ format: 'sha256-hex', hash })
    const first = await recordOf(store, id)
    expect((await keyring.verify(theirs)).ok).toBe(true)
    await expect.poll(async () => (await recordOf(store, id)).lookupDigest).not.toBe(first.lookupDigest)
    await keyring.disable(id, {}, { actor: userActor('ada') })
    const byOwner = { actor: userActor('u1') }
    for (const step of [
      () => keyring.get(id),
      () => keyring.rotate(id, { graceMs: 1_000 }, byOwner),
      () => keyring.delete(id, byOwner),
    ]) {
      await step()
      expect(await outcomeOf(bring({ format: 'sha256-hex', hash }, byOwner))).toBe('invalid_state')
      expect(await outcomeOf(bring({ token: theirs }, byOwner))).toBe('invalid_state')
      expect((await keyring.verify(theirs)).ok).toBe(false)
    }
  })

  it('is never enabled but by who may, in any order of calls, also at once (MGMT-10)', async () => {
    const verbs = ['enable', 'disable', 'rotate', 'update'] as const
    const step = fc.record({ verb: fc.constantFrom(...verbs), by: fc.constantFrom(...named) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.array(step, { maxLength: 8 }), async (steps, crowd) => {
        const here = await openWorld()
        const { keyring, id, store } = here
        const call = ({ verb, by: [, , by] }: (typeof steps)[number]) =>
          outcomeOf(
            verb === 'update'
              ? keyring.update(id, { description: 'x' }, by(here))
              : verb === 'rotate'
                ? keyring.rotate(id, {}, by(here))
                : verb === 'enable'
                  ? keyring.enable(id, by(here))
                  : keyring.disable(id, {}, by(here)),
          )
        let model: { disabledBy: Actor; locked: boolean } | null = null
        for (const one of steps) {
          const [name, side, by] = one.by
          const actor = actorOf(by(here))
          const outcome = await call(one)
          if (one.verb === 'disable' && !model?.locked && (model === null || side !== 'owner')) {
            model = { disabledBy: actor, locked: side !== 'owner' }
          } else if (one.verb === 'enable' && model !== null) {
            const { disabledBy, locked: isLocked } = model as { disabledBy: Actor; locked: boolean }
            const isSame = side !== 'owner' && disabledBy.type === actor.type && disabledBy.id === actor.id
            const mayEnable = !isLocked || side === 'manager' || isSame
            expect(outcome, name).toBe(mayEnable ? 'ok' : 'key_locked')
            if (mayEnable) model = null
          }
          const { status, disabledBy, locked: isLocked } = await recordOf(store, id)
          expect({ status, disabledBy, locked: isLocked }).toEqual(
            model === null
              ? { status: 'active', disabledBy: null, locked: false }
              : { status: 'disabled', ...(model as object) },
          )
        }

        // Locked from here on, however the owner's calls meet.
        await keyring.disable(id)
        await Promise.all(crowd.filter(({ by: [, side] }) => side === 'owner').map(call))
        expect(await recordOf(store, id)).toMatchObject({ status: 'disabled', locked: true })
      }),
      { numRuns: 60 },
    )
  })
})
