import { type Outcome, type Sent, send } from './client.js'
import type { Life } from './life.js'
import { answerFor, type Change, type KeyState, type Promised, possibleAnswers } from './model.js'
import { pick } from './random.js'
import type { Target, Troubles } from './troubles.js'
import { type Slot, slots } from './world.js'

/** A key of the soak, with all that was done to it. */
export interface SoakKey {
  readonly id: string
  /** The address of its client. */
  readonly ip: string
  readonly changes: Change[]
  /** Newest last. */
  readonly tokens: string[]
  /** Requests that may have passed: nobody was told. */
  unanswered: number
}

/** One act of the soak: two processes of the host, their keys, and what was seen of them. */
export interface Act {
  readonly organizationId: string
  readonly promised: Promised
  /** The process that has a place now. */
  readonly lives: Map<Slot, Life>
  readonly allLives: Life[]
  readonly troubles: Troubles
  /** All keys that there ever were. */
  readonly keys: SoakKey[]
  /** The keys that requests come for: some of them are over. */
  readonly asked: Set<SoakKey>
  /** A key that nobody changes. */
  steady: SoakKey
  /** Answers by code. */
  readonly tally: Map<string, number>
  /** What must not be, in words. */
  readonly faults: string[]
  /** Refusals for which only a busy machine is a reason. */
  readonly strays: string[]
  isRunning: boolean
}

/**
 * A refusal as unavailable that took so long met a time limit of the product: where nothing was disturbed, the machine was too
 * busy. One that came at once has another cause.
 */
const busyMs = 1_500

/** How long a request may stay without an answer: longer than any freeze and every time limit of the product. */
const deadlineMs = 30_000

/** The state of a key after its last change. */
export function stateOf({ changes }: SoakKey): KeyState {
  const last = changes.at(-1)
  if (last === undefined) throw new RangeError('A key begins with its creation')
  return last.after
}

/** A process that takes requests. Now and then one that is frozen: most clients go on with the other. */
export function pickLife(act: Act): Life | null {
  const lives = slots.flatMap((slot) => act.lives.get(slot) ?? []).filter(({ state }) => state !== 'ending')
  const awake = lives.filter(({ state }) => state === 'up')
  if (lives.length === 0) return null
  return pick(awake.length === 0 || Math.random() < 0.05 ? lives : awake)
}

/** An address of a network that has made no request before. */
export function newAddress(): string {
  const part = () => Math.floor(Math.random() * 256)
  return `10.${part()}.${part()}.${part()}`
}

/** What a request is about, where more than a key's own client could send it. */
export interface Question {
  readonly token: string
  readonly scope: 'items.read' | 'items.write'
  readonly ip: string
}

/** Asks for an item with a token of a key, and judges the answer. @returns its code; `null`: there was none. */
export async function ask(act: Act, life: Life, key: SoakKey, question: Question): Promise<string | null> {
  const { token, scope, ip } = question
  const header = Math.random() < 0.5 ? { authorization: `Bearer ${token}` } : { 'x-api-key': token }
  const outcome = await exchange(act, life, {
    method: scope === 'items.read' ? 'GET' : 'POST',
    path: '/items',
    headers: { ...header, 'x-forwarded-for': ip },
  })
  const code = codeOf(act, life, outcome)
  if (code === null) key.unanswered += 1
  if (code === null || code === 'auth_unavailable') return code
  if (code === 'ok') note(life.got.passed, key.id, outcome.begin)
  const { begin, end } = outcome
  const possible = possibleAnswers(key.changes, { ...question, begin, end }, act.promised)
  if (!possible.has(code)) {
    const { status } = stateOf(key)
    act.faults.push(
      `${life.name} answered ${code} for key ${key.id} (${status}, ${scope}), where only ${[...possible].join(' or ')} is right` +
        `; ${timing(key, begin, end)}`,
    )
  }
  return code
}

/** A question of the key's own client, or of somebody who holds an old token. */
export function questionFor(key: SoakKey, token: string, scope: Question['scope']): Question {
  // What presents a bad key from a network too often is refused there: holders of old tokens come from elsewhere.
  const isBad = answerFor(stateOf(key), { token, scope }, Date.now()) === 'api_key_invalid'
  return { token, scope, ip: isBad ? newAddress() : key.ip }
}

/** Sends a request to a process. */
export function exchange(act: Act, { port, agent }: Life, sent: Sent): Promise<Outcome> {
  count(act.tally, 'requests')
  return send(port, agent, sent, deadlineMs)
}

/**
 * The code of an answer of the guard: `ok`, or that of the refusal. Judges what may be answered to nobody.
 *
 * @returns `null` where there was no answer of the guard.
 */
export function codeOf(act: Act, life: Life, outcome: Outcome): string | null {
  if (outcome.kind !== 'answered') return lost(act, life, outcome)
  const { status, code } = outcome
  const named = status === 200 ? 'ok' : (code ?? `status ${status}`)
  count(act.tally, named)
  // Fastify's own, while it closes.
  if (status === 503 && code === null && life.state === 'ending') return null
  if (named === 'auth_unavailable') {
    life.got.refused += 1
    excuse(act, life, ['postgres', life.slot], outcome)
  } else if (status >= 500 || (status !== 200 && code === null)) {
    act.faults.push(`${life.name} answered ${named}`)
  }
  return named
}

/** Looks for the reason of a refusal as unavailable. */
export function excuse(
  { troubles, faults, strays }: Act,
  { name }: Life,
  targets: readonly Target[],
  { sent, begin, end, code }: Extract<Outcome, { kind: 'answered' }>,
): void {
  if (troubles.within(targets, begin, end)) return
  const last = troubles.all.slice(-2).map((one) => `the ${one.name} ended ${begin - (one.end ?? begin)} ms before`)
  const from = sent.headers['x-forwarded-for'] ?? 'the owner'
  const text = `${name} answered ${code} to ${from} after ${end - begin} ms, and nothing was disturbed; ${last.join(', ')}`
  if (end - begin >= busyMs) strays.push(text)
  else faults.push(text)
}

/** Accounts for a request without an answer. */
export function lost(act: Act, life: Life, outcome: Exclude<Outcome, { kind: 'answered' }>): null {
  life.got.broken += 1
  const why = outcome.kind === 'silent' ? 'silence' : outcome.why
  count(act.tally, why)
  if (life.state !== 'ending')
    act.faults.push(`${life.name}: a request ended with ${why} after ${outcome.end - outcome.begin} ms`)
  return null
}

/** What may be in trouble where a change of a key cannot be made: a process that holds a lock is in the way of the other. */
export const forChanges: readonly Target[] = ['postgres', ...slots]

/** Adds one to a count. */
export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function note(instants: Map<string, number[]>, name: string, at: number): void {
  const before = instants.get(name)
  if (before === undefined) instants.set(name, [at])
  else before.push(at)
}

/** How a request lay to the last changes of its key. */
function timing({ changes }: SoakKey, begin: number, end: number): string {
  const last = changes.slice(-2).map((change) => {
    const { status, writes, expiresAt } = change.after
    const span = `${change.begin - begin} to ${change.end === null ? '?' : change.end - begin}`
    return `${status}${writes ? '' : ', reads only'}${expiresAt === null ? '' : `, expires at ${expiresAt - begin}`} (${span})`
  })
  return `it took ${end - begin} ms, and in ms from its begin there were: ${last.join('; ')}`
}
