import { describe, expect, it } from 'vitest'
import { sealer } from '../../src/crypto/sealer.js'
import { adapterOf } from '../../src/keyring/door.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { KeyStore } from '../../src/store/key-store.js'
import { slowHasher } from '../manage/slow-hasher.js'
import { accessWith, auditOf, good, hang, open, owner, recordOf, start } from '../support/setup.js'

const { organizationId } = owner
const actor = { type: 'user', id: owner.id } as const
const seals = sealer({ current: 'k1', keys: { k1: Buffer.alloc(32, 1) } })
const later = sealer({ current: 'k2', keys: { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) } })
const call = {
  keyId: 'k1',
  loginId: null,
  owner,
  organizationId,
  narrowing: {},
  tool: 't',
  decision: 'denied',
  missing: [],
  failed: false,
  durationMs: 1,
} as const
/** Of so few bits that only a slow hash of it may be kept. */
const weak = { name: 'old', owner, secret: { token: 'weak-token-1' }, entropyBits: 40 } as const
const strong = { name: 'old', owner, secret: { token: 'a-long-token-of-elsewhere' }, entropyBits: 190 } as const

const model = accessWith(() => ['members.read'])
type Options = NonNullable<Parameters<typeof open>[0]>

/** A world with two keys, whose verbs wait for 20 ms; everything that can be asked is asked. */
async function make(options: Options = {}) {
  const store = memoryStore({ now: () => new Date(start) })
  const slow = { imports: { slowHasher: slowHasher() }, failureLimit: { limit: 1_000, windowMs: 60_000 } }
  const before = open({ store, reveal: seals, access: model })
  const { key, token } = await before.keyring.create({ ...good, budget: { limit: 10 } })
  const verdict = await before.keyring.verify(token.reveal())
  if (!verdict.ok) throw new Error(verdict.refusal.code)
  const reserved = await before.keyring.budgets.reserve(verdict.principal, 1)
  const disabled = await before.keyring.create({ ...good, scopes: ['members.read'] })
  await before.keyring.disable(disabled.key.id)
  const plans = { plans: { any: { maxKeys: 100 } }, resolvePlan: () => 'any' }
  const due = { notices: {}, rotation: { deliver: () => {}, sealer: seals } }
  const world = open({
    store,
    access: model,
    reveal: seals,
    ...slow,
    ...plans,
    delegates: {},
    ...due,
    manageTimeoutMs: 20,
    ...options,
  })
  return {
    ...world,
    id: key.id,
    token: token.reveal(),
    disabled: disabled.key.id,
    principal: verdict.principal,
    reserved,
  }
}
type World = Awaited<ReturnType<typeof make>>

/** Every verb of a keyring, and of its audit log; `verify` has a deadline of its own. */
const verbs: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  create: ({ keyring }) => keyring.create(good, { actor }),
  import: ({ keyring }) => keyring.import(strong),
  importMany: async ({ keyring }) => {
    const [result] = await keyring.importMany([strong])
    if (result?.ok === false) throw result.error
  },
  get: ({ keyring, id }) => keyring.get(id),
  list: ({ keyring }) => keyring.list(),
  update: ({ keyring, id }) => keyring.update(id, { name: 'n' }),
  enable: ({ keyring, disabled }) => keyring.enable(disabled),
  disable: ({ keyring, id }) => keyring.disable(id),
  revoke: ({ keyring, id }) => keyring.revoke(id),
  delete: ({ keyring, id }) => keyring.delete(id),
  rotate: ({ keyring, id }) => keyring.rotate(id),
  delegate: ({ keyring, principal }) => keyring.delegate(principal, { scopes: [] }),
  reveal: ({ keyring, id }) => keyring.reveal(id),
  rewrap: ({ keyring }) => keyring.rewrap(),
  revokeToken: ({ keyring, token }) => keyring.revokeToken(token),
  reportLeak: ({ keyring, token }) => keyring.reportLeak(token),
  revokeAll: ({ keyring }) => keyring.revokeAll({ organizationId, createdBy: actor }),
  transfer: ({ keyring, id }) => keyring.transfer(id, { createdBy: actor }),
  runDue: ({ keyring }) => keyring.runDue(),
  scheduleRotation: ({ keyring, id }) => keyring.scheduleRotation(id, null),
  rotationOf: ({ keyring, id }) => keyring.rotationOf(id),
  prune: ({ keyring }) => keyring.prune({}),
  stats: ({ keyring }) => keyring.stats({ organizationId }),
  usage: ({ keyring }) => keyring.usage({ organizationId }),
  usageOfKeys: ({ keyring, id }) => keyring.usageOfKeys({ organizationId, keyIds: [id] }),
  topKeys: ({ keyring }) => keyring.topKeys({ organizationId }),
  doctor: ({ keyring }) => keyring.doctor(),
  'audit.list': ({ keyring }) => keyring.audit.list({ organizationId }),
  'audit.verify': ({ keyring }) => keyring.audit.verify({ organizationId }),
  'audit.export': async ({ keyring }) => {
    for await (const _ of keyring.audit.export({ organizationId, format: 'jsonl' })) break
  },
  'audit.recordCall': ({ keyring }) => keyring.audit.recordCall(call),
  'budgets.get': ({ keyring, id }) => keyring.budgets.get({ keyId: id }),
  'budgets.reserve': ({ keyring, principal }) => keyring.budgets.reserve(principal, 1),
  'budgets.settle': ({ keyring, reserved }) =>
    keyring.budgets.settle(reserved.ok ? reserved.reservation : expect.unreachable(), 1),
  'budgets.grant': ({ keyring, id }) => keyring.budgets.grant({ keyId: id }, 1),
}

const unavailable = { code: 'store_unavailable' }
const unknown = { code: 'outcome_unknown' }

describe('a store that hangs (FI-41)', () => {
  it.each(Object.entries(verbs))(
    'makes %s an error in time, and not one that says what nobody knows',
    async (name, verb) => {
      const world = await make()
      for (const method of Object.keys(world.store) as Exclude<
        keyof KeyStore,
        'inTransaction' | 'retention' | 'notices' | 'budgets' | 'bindings' | 'transfers' | 'rotations' | 'watch'
      >[])
        world.storage.stubs[method] = hang // its own keys
      const hanging = new Proxy({}, { get: () => hang }) // whatever is called
      Object.assign(world.storage.stubs, { retention: hanging, notices: hanging, budgets: hanging, rotations: hanging })
      if (name === 'doctor') {
        expect(await verb(world)).toMatchObject([{ code: 'store_unavailable', severity: 'error' }])
        return
      }
      const appends = name === 'audit.export' || name === 'audit.recordCall'
      await expect(verb(world)).rejects.toMatchObject(appends ? unknown : unavailable)
    },
  )

  it('leaves out no verb of the keyring', async () => {
    const { keyring } = await make()
    const { access: _, verify: __, close: ___, inTransaction: ____, audit, budgets, ...others } = keyring
    const names = [
      ...Object.keys(others),
      ...Object.keys(audit).map((name) => `audit.${name}`),
      ...Object.keys(budgets).map((name) => `budgets.${name}`),
    ]
    expect(Object.keys(verbs).toSorted()).toEqual(names.toSorted())
  })

  const changes = ['create', 'import', 'update', 'enable', 'disable', 'revoke', 'delete', 'rotate', 'reveal']
  it.each(changes)('behind the commit of %s leaves the outcome unknown', async (name) => {
    const world = await make()
    const { store, storage } = world
    storage.stubs.insert = async (request) => store.insert(request).then(hang)
    storage.stubs.change = async (id, request) => store.change(id, request).then(hang)
    await expect(verbs[name]?.(world)).rejects.toMatchObject(unknown)
  })

  it.each(changes)('before the decision on %s changes nothing, also where it goes on later', async (name) => {
    const world = await make()
    const { store, storage } = world
    let goOn = () => {}
    const gate = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const ends: Promise<unknown>[] = []
    const late = <T>(work: () => Promise<T>): Promise<T> => {
      const end = gate.then(work)
      ends.push(end.catch((error: unknown) => error))
      return end
    }
    storage.stubs.insert = (request) => late(() => store.insert(request))
    storage.stubs.change = (id, request) => late(() => store.change(id, request))
    const before = await auditOf(store)
    await expect(verbs[name]?.(world)).rejects.toMatchObject(unavailable)
    goOn()
    expect(await Promise.all(ends)).toEqual([expect.objectContaining(unavailable)])
    expect(await auditOf(store)).toEqual(before)
  })

  it('while uses are written does not hold up statistics', async () => {
    const world = await make()
    const { token } = await world.keyring.create(good)
    await world.keyring.verify(token.reveal())
    world.storage.stubs.recordUsage = hang
    expect(await world.keyring.stats({ organizationId })).toMatchObject({ active: 2 })
    expect(await world.keyring.usage({ organizationId })).toHaveLength(24)
  })
})

describe('a part of the host’s that hangs (FI-41)', () => {
  const boards = { resources: { board: { mode: 'specific', levels: { b1: 'edit' } } } } as const
  const door = ({ keyring }: World) => adapterOf(keyring as object)
  it.each<[string, string, Options, (world: World) => Promise<unknown>]>([
    ['resolveOwner', 'create', { resolveOwner: hang }, ({ keyring }) => keyring.create(good, { actor })],
    ['resolveOwner', 'update', { resolveOwner: hang }, (world) => widen(world)],
    ['resolveOwner', 'rotate', { resolveOwner: hang }, ({ keyring, id }) => keyring.rotate(id, {}, { actor })],
    [
      'levels',
      'create',
      { resolveOwner: () => Object.freeze({ scopes: ['*'], levels: hang }) },
      ({ keyring }) => keyring.create({ ...good, ...boards }, { actor: { type: 'user', id: 'bob' } }),
    ],
    [
      'role hosted',
      'create',
      { access: accessWith(hang), resolveOwner: () => ({ roles: ['hosted'] }) },
      ({ keyring }) => keyring.create(good, { actor }),
    ],
    [
      'role hosted',
      'the rights of a login',
      { access: accessWith(hang) },
      (world) => door(world).rights({ roles: ['hosted'] }, { organizationId }),
    ],
    ['resolvePlan', 'create', { resolvePlan: hang }, ({ keyring }) => keyring.create(good)],
    ['resolvePlan', 'import', { resolvePlan: hang }, ({ keyring }) => keyring.import(strong)],
    ['resolvePlan', 'enable', { resolvePlan: hang }, ({ keyring, disabled }) => keyring.enable(disabled)],
    [
      'resolvePlan',
      'update',
      { resolvePlan: hang },
      ({ keyring, id }) => keyring.update(id, { expiresAt: new Date(start + 1) }),
    ],
    ['resolvePlan', 'capabilities', { resolvePlan: hang }, (world) => door(world).capabilities({ organizationId })],
    [
      'hasher',
      'import, of a weak secret',
      { imports: { slowHasher: { ...slowHasher(), hash: hang } } },
      ({ keyring }) => keyring.import(weak),
    ],
  ])('%s makes %s an error in time that names it', async (part, _, options, verb) => {
    const world = await make(options)
    const before = await auditOf(world.store)
    await expect(verb(world)).rejects.toMatchObject({ code: 'host_unavailable', part })
    expect(await auditOf(world.store)).toEqual(before)
  })

  const widen = ({ keyring, id }: World) => keyring.update(id, { scopes: ['members.read'] }, { actor })

  it.each(['create', 'import', 'rotate'])('the hasher makes %s an error in time', async (name) => {
    const world = await make()
    world.hashing.stubs.hash = hang
    await expect(verbs[name]?.(world)).rejects.toMatchObject({ code: 'host_unavailable', part: 'hasher' })
  })

  it.each<[string, Options['reveal']]>([
    ['create', { ...seals, seal: hang }],
    ['rotate', { ...seals, seal: hang }],
    ['reveal', { ...seals, open: hang }],
    ['rewrap', { ...later, open: hang }],
    ['rewrap', { ...later, seal: hang }],
  ])('the sealer makes %s an error in time, and no seal an unreadable one', async (name, reveal) => {
    const world = await make({ reveal })
    const before = await recordOf(world.store, world.id)
    await expect(verbs[name]?.(world)).rejects.toMatchObject({ code: 'reveal_unavailable', reason: 'sealer' })
    expect(await recordOf(world.store, world.id)).toEqual(before)
    expect(world.events).toEqual([])
  })
})
