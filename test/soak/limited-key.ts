import { type Act, codeOf, exchange, pickLife, type SoakKey } from './act.js'
import type { Life } from './life.js'
import { pause } from './random.js'
import { createKeyAtLast } from './steward.js'

const limit = 8
const windowMs = 1_000
/** What was sent to Redis while it did not answer, it may still count when it answers again. */
const lateMs = 4_000

interface Taken {
  readonly life: Life
  readonly begin: number
  readonly end: number
  readonly code: string | null
}

/** Uses a key far above its rate limit until the act is over, and judges what passed and what did not. */
export async function useLimitedKey(act: Act): Promise<void> {
  const key = await createKeyAtLast(act, { rate_limits: [{ limit, window_ms: windowMs }] })
  act.asked.delete(key)
  const taken: Taken[] = []
  const underWay = new Set<Promise<void>>()
  while (act.isRunning) {
    const life = pickLife(act)
    if (life !== null) {
      const one: Promise<void> = use(act, life, key, taken).finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await pause(15)
  }
  await Promise.all(underWay)
  act.faults.push(...findWrong(act, taken))
}

async function use(act: Act, life: Life, key: SoakKey, taken: Taken[]): Promise<void> {
  const headers = { authorization: `Bearer ${key.tokens[0]}`, 'x-forwarded-for': key.ip }
  const outcome = await exchange(act, life, { method: 'GET', path: '/items', headers })
  const code = codeOf(act, life, outcome)
  if (code === null) key.unanswered += 1
  if (code === 'ok') {
    const passed = life.got.passed.get(key.id) ?? []
    life.got.passed.set(key.id, [...passed, outcome.begin])
  }
  if (code !== null && !['ok', 'rate_limited', 'auth_unavailable'].includes(code)) {
    act.faults.push(`${life.name} answered ${code} for the key with a rate limit`)
  }
  taken.push({ life, begin: outcome.begin, end: outcome.end, code })
}

/**
 * What breaks the limit. While Redis is away, each of the two processes counts by itself, from zero and up to its half; a window
 * begins anywhere, so that a span of its length may have parts of two.
 */
function findWrong({ troubles }: Act, taken: readonly Taken[]): string[] {
  const faults: string[] = []
  for (const { life, begin, end, code } of taken) {
    if (code === 'rate_limited') {
      const from = troubles.quietBefore(['redis', 'postgres', 'A', 'B'], begin, windowMs + lateMs) + lateMs
      // What was refused for another reason may have taken its unit before.
      const before = taken.filter(
        (one) => one.code !== 'rate_limited' && one.begin <= end && one.end >= from - windowMs,
      )
      const own = before.filter((one) => one.life === life)
      if (before.length < limit && own.length < limit / 2) {
        faults.push(`${life.name} answered 429 where ${before.length} of ${limit} uses were taken`)
      }
    }
    if (code === 'ok') {
      const to = begin + windowMs
      const within = taken.filter((one) => one.code === 'ok' && one.begin >= begin && one.end <= to)
      const most = troubles.within(['redis', 'A', 'B'], begin - windowMs - lateMs, to) ? 8 * limit : 4 * limit
      if (within.length > most) faults.push(`${within.length} uses passed in ${windowMs} ms, where ${limit} may`)
    }
  }
  return faults
}
