import { isKeyError } from '@keywright/core'
import type { ChangeKind, KeyState } from './history.js'
import { type KnownKey, listen, tell } from './messages.js'
import { keyringOver, maxKeys, now, openPlace, owner, type Place, pause } from './world.js'

const [place = '{}'] = process.argv.slice(2)
const { store, close } = openPlace(JSON.parse(place) as Place) // from the run
const keyring = keyringOver(store)

let isRunning = true
// No two controllers of a run give the same number.
let number = process.pid * 1_000_000

const full = ['items.read', 'items.write'] as const
const reduced = ['items.read'] as const

/** One way to go on from a state. */
interface Step {
  readonly kind: Exclude<ChangeKind, 'created' | 'observed'>
  readonly after: KeyState
  make(keyId: string): Promise<unknown>
}

function stepsFrom(state: KeyState): readonly Step[] {
  const { status, writes } = state
  const change = (kind: Step['kind'], after: Partial<KeyState>, make: Step['make']): Step => ({
    kind,
    after: { ...state, ...after },
    make,
  })
  const scopes = change('scopes_changed', { writes: !writes }, (keyId) =>
    keyring.update(keyId, { scopes: [...(writes ? reduced : full)] }),
  )
  const enable = change('enabled', { status: 'active' }, (keyId) => keyring.enable(keyId))
  const disable = change('disabled', { status: 'disabled' }, (keyId) => keyring.disable(keyId))
  const revoke = change('revoked', { status: 'revoked' }, (keyId) => keyring.revoke(keyId))
  const remove = change('deleted', { status: 'deleted' }, (keyId) => keyring.delete(keyId))
  if (status === 'active') return [disable, disable, disable, disable, scopes, scopes, scopes, revoke, remove]
  if (status === 'disabled') return [enable, enable, enable, enable, enable, scopes, revoke, remove]
  return status === 'revoked' ? [remove] : []
}

/** Makes a change, and tells of its beginning before and of its end after. `null`: it was refused. */
async function make<T>(
  kind: ChangeKind,
  keyId: string | null,
  after: KeyState,
  work: () => Promise<T>,
  createdBy: (result: T) => KnownKey | null = () => null,
): Promise<T | null> {
  number += 1
  const mine = number
  await tell({ type: 'begun', number: mine, keyId, change: { kind, begin: now(), after } })
  try {
    const result = await work()
    const end = now()
    await tell({ type: 'made', number: mine, end, created: createdBy(result) })
    return result
  } catch (error) {
    // Anything else is a fault of the library, and reaches the run as one.
    if (!isKeyError(error) || error.code === 'outcome_unknown') throw error
    await tell({ type: 'refused', number: mine, code: error.code })
    return null
  }
}

async function create(): Promise<string | null> {
  const created = await make(
    'created',
    null,
    { status: 'active', writes: true },
    () => keyring.create({ name: 'k', owner, scopes: [...full] }),
    ({ key, token }) => ({ keyId: key.id, token: token.reveal() }),
  )
  return created?.key.id ?? null
}

async function observe(keyId: string): Promise<KeyState> {
  const begin = now()
  const key = await keyring.get(keyId)
  const end = now()
  const after: KeyState =
    key === null
      ? { status: 'deleted', writes: false }
      : { status: key.status === 'expired' ? 'revoked' : key.status, writes: key.grants.scopes.includes('items.write') }
  await tell({ type: 'observed', change: { keyId, kind: 'observed', begin, end, after } })
  return after
}

/** Leads one key through its life. */
async function lead(keyId: string, from: KeyState): Promise<void> {
  let state = from
  while (isRunning) {
    const steps = stepsFrom(state)
    const step = steps[Math.floor(Math.random() * steps.length)]
    if (step === undefined) return
    // A revoked key stays one for a while.
    await pause(Math.random() * (state.status === 'revoked' ? 200 : 20))
    if ((await make(step.kind, keyId, step.after, () => step.make(keyId))) !== null || step.kind === 'deleted') {
      state = step.after
    }
  }
}

async function liveOn(inherited: string[]): Promise<void> {
  while (isRunning) {
    const keyId = inherited.pop()
    if (keyId !== undefined) {
      await lead(keyId, await observe(keyId))
      continue
    }
    const created = await create()
    if (created === null) await pause(50)
    else await lead(created, { status: 'active', writes: true })
  }
}

async function control(keyIds: readonly string[]): Promise<void> {
  // Keys whose creator was killed before it could tell: nobody has their token.
  const { keys } = await keyring.list({ limit: 100 })
  const orphans = keys.filter(({ id, status }) => !keyIds.includes(id) && status !== 'revoked')
  for (const { id } of orphans) {
    await make('deleted', id, { status: 'deleted', writes: false }, () => keyring.delete(id))
  }
  const inherited = [...keyIds]
  await Promise.all(Array.from({ length: maxKeys + 2 }, () => liveOn(inherited)))
}

let controlling: Promise<void> = Promise.resolve()
const stop = async (): Promise<void> => {
  isRunning = false
  await controlling
  await keyring.close()
  await close()
  process.disconnect()
}

listen((order) => {
  if (order.type === 'control') controlling = control(order.keyIds)
  if (order.type === 'stop') void stop()
})
await tell({ type: 'ready' })
