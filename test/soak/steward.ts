import { randomUUID } from 'node:crypto'
import {
  type Act,
  codeOf,
  count,
  exchange,
  excuse,
  forChanges,
  lost,
  newAddress,
  pickLife,
  type SoakKey,
  stateOf,
} from './act.js'
import type { Sent } from './client.js'
import type { Life } from './life.js'
import type { Change, KeyState } from './model.js'
import { pause, pick } from './random.js'
import { basePath } from './world.js'

/** How long a change is sent again, until what became of it is known. */
const patienceMs = 90_000

type Body = Readonly<Record<string, unknown>>

/**
 * What became of a change: it was made; it was made, and its token shown to nobody; nothing was changed; or it comes too late to
 * be asked for again, and nobody knows.
 */
type Made = { readonly made: true; readonly body: Body } | { readonly made: false | 'untold' | 'too late' }

/** Creates keys through the management API, and leads each through its life. Meanwhile, requests come for it. */
export async function leadKeys(act: Act): Promise<void> {
  while (act.isRunning) {
    const key = await createKeyAtLast(act)
    await lead(act, key)
    // The dead must stay dead.
    setTimeout(() => act.asked.delete(key), 5_000)
  }
}

/** @returns `null` where there was no key made, or nobody was told its token. */
async function createKey(act: Act, settings: Body): Promise<SoakKey | null> {
  const begin = Date.now()
  const body = { name: 'k', scopes: [...full], ...settings }
  const result = await make(act, { method: 'POST', path: '', body })
  if (result.made !== true) return null
  const { id, token } = result.body
  const after: KeyState = { status: 'active', writes: true, expiresAt: null, current: String(token), previous: null }
  const key: SoakKey = {
    id: String(id),
    ip: newAddress(),
    changes: [{ begin, end: Date.now(), after }],
    tokens: [String(token)],
    unanswered: 0,
  }
  act.keys.push(key)
  act.asked.add(key)
  return key
}

/** Creates a key, however often it takes. */
export async function createKeyAtLast(act: Act, settings: Body = {}): Promise<SoakKey> {
  for (const begun = performance.now(); performance.now() - begun < patienceMs; await pause(200)) {
    const key = await createKey(act, settings)
    if (key !== null) return key
  }
  throw new Error('No key could be created')
}

const full = ['items.read', 'items.write'] as const
const reduced = ['items.read'] as const

async function lead(act: Act, key: SoakKey): Promise<void> {
  while (act.isRunning) {
    await pause(Math.random() * 150)
    const state = stateOf(key)
    if (state.status === 'revoked' || state.status === 'deleted') {
      if (state.status === 'deleted' || Math.random() < 0.5) return
      await pause(300)
    }
    await pick(stepsFrom(state))(act, key, state)
  }
}

type Step = (act: Act, key: SoakKey, state: KeyState) => Promise<unknown>

function stepsFrom({ status, expiresAt }: KeyState): readonly Step[] {
  if (status === 'revoked') return [remove]
  if (expiresAt !== null) return [Math.random() < 0.5 ? afterExpiry(revive) : afterExpiry(remove)]
  if (status === 'disabled') return [enable, enable, enable, enable, changeScopes, rotate, revoke, remove]
  return [disable, disable, disable, changeScopes, changeScopes, rotate, rotate, rotate, expire, revoke, remove]
}

const enable: Step = (act, key, state) => switchTo(act, key, { ...state, status: 'active' }, 'enable')
const disable: Step = (act, key, state) => switchTo(act, key, { ...state, status: 'disabled' }, 'disable')
const revoke: Step = (act, key, state) => switchTo(act, key, { ...state, status: 'revoked' }, 'revoke')
const remove: Step = (act, key, state) =>
  change(act, key, { ...state, status: 'deleted' }, { method: 'DELETE', path: `/${key.id}?permanent=true` })
const changeScopes: Step = (act, key, state) =>
  change(act, key, { ...state, writes: !state.writes }, patch(key, { scopes: state.writes ? reduced : full }))

function switchTo(act: Act, key: SoakKey, after: KeyState, verb: string): Promise<boolean> {
  return change(act, key, after, { method: 'POST', path: `/${key.id}/${verb}`, body: {} })
}

const expire: Step = async (act, key, state) => {
  const expiresAt = Date.now() + 300 + Math.floor(Math.random() * 1_500)
  await change(act, key, { ...state, expiresAt }, patch(key, { expires_at: new Date(expiresAt).toISOString() }))
}

const revive: Step = (act, key, state) =>
  change(act, key, { ...state, expiresAt: null }, patch(key, { expires_at: null }))

/** Waits for a key to expire, and for a moment more in which it must not pass. */
function afterExpiry(step: Step): Step {
  return async (act, key, state) => {
    await pause((state.expiresAt ?? 0) - Date.now() + 400)
    await step(act, key, state)
  }
}

const rotate: Step = async (act, key, state) => {
  const graceMs = pick([0, 0, 300, 1_000, 3_000])
  const before = state.current
  const previousUntil = (until: number) => (before === null ? null : { token: before, until })
  const pending = begin(key, { ...state, current: null, previous: previousUntil(Date.now() + graceMs) })
  let result = await make(act, { method: 'POST', path: `/${key.id}/rotate`, body: { grace_ms: graceMs } })
  const isUntold = result.made === 'untold'
  // Nobody has the token; the next one takes its place, and that of the token before.
  while (isUntold && result.made !== true) {
    result = await make(act, { method: 'POST', path: `/${key.id}/rotate`, body: { grace_ms: 0 } })
  }
  if (result.made !== true) {
    drop(key, pending)
    return
  }
  const { token, previous_token_expires_at: until } = result.body
  const untilMs = typeof until === 'string' ? Date.parse(until) : Number.NEGATIVE_INFINITY
  settle(pending, { ...state, current: String(token), previous: isUntold ? null : previousUntil(untilMs) })
  key.tokens.push(String(token))
  if (key.tokens.length > 3) key.tokens.shift()
}

function patch(key: SoakKey, body: Body): ChangeRequest {
  return { method: 'PATCH', path: `/${key.id}`, body }
}

/** Makes a change that says by itself what the key is after it. @returns whether it was made. */
async function change(act: Act, key: SoakKey, after: KeyState, request: ChangeRequest): Promise<boolean> {
  const before = stateOf(key)
  const pending = begin(key, after)
  const { made } = await make(act, request)
  if (made === 'too late') {
    while (!(await make(act, patch(key, { expires_at: null }))).made) await pause(100)
    settle(pending, before)
  } else if (made) settle(pending, after)
  else drop(key, pending)
  return made !== false
}

function begin(key: SoakKey, after: KeyState): Change {
  const pending: Change = { begin: Date.now(), end: null, after }
  key.changes.push(pending)
  return pending
}

function settle(pending: Change, after: KeyState): void {
  pending.after = after
  pending.end = Date.now()
}

/** Nothing was changed. */
function drop(key: SoakKey, pending: Change): void {
  key.changes.splice(key.changes.indexOf(pending), 1)
}

type ChangeRequest = Omit<Sent, 'headers'>

/** Sends a change, and sends it again until it is known what became of it. */
async function make(act: Act, request: ChangeRequest): Promise<Made> {
  const idempotencyKey = randomUUID()
  const begun = performance.now()
  let isUnknown = false
  for (;;) {
    const life = pickLife(act)
    const result = life === null ? 'unchanged' : await sendChange(act, life, request, idempotencyKey, isUnknown)
    if (typeof result === 'object') return result
    if (result === 'unknown') isUnknown = true
    if (result === 'unchanged' && !isUnknown) return { made: false }
    if (performance.now() - begun > patienceMs) throw new Error(`${request.method} ${request.path} came to no end`)
    await pause(100)
  }
}

async function sendChange(
  act: Act,
  life: Life,
  request: ChangeRequest,
  idempotencyKey: string,
  isUnknown: boolean,
): Promise<Made | 'unchanged' | 'unknown'> {
  const headers = {
    'x-session': 'ada',
    'x-organization': act.organizationId,
    ...(request.method === 'POST' ? { 'idempotency-key': idempotencyKey } : {}),
  }
  const outcome = await exchange(act, life, { ...request, path: `${basePath}${request.path}`, headers })
  if (outcome.kind !== 'answered') {
    lost(act, life, outcome)
    return 'unknown'
  }
  const { status, code, body } = outcome
  count(act.tally, `change ${code ?? status}`)
  if (status < 300) return { made: true, body }
  if (isUnknown && code === 'secret_already_shown') return { made: 'untold' }
  // An expiry that has passed meanwhile.
  if (code === 'invalid_input' && JSON.stringify(body.errors).includes('"/expires_at"'))
    return { made: isUnknown ? 'too late' : false }
  if (isUnknown && code === 'key_not_found' && request.method === 'DELETE') return { made: true, body }
  if (status === 503 && code === null) {
    codeOf(act, life, outcome)
    return 'unknown'
  }
  if (status !== 503) {
    act.faults.push(
      `${life.name} answered ${code ?? status} to ${request.method} ${request.path}: ${String(body.detail)}`,
    )
    return 'unchanged'
  }
  life.got.apiRefused += 1
  excuse(act, life, forChanges, outcome)
  return code === 'store_unavailable' || code === 'host_unavailable' ? 'unchanged' : 'unknown'
}
