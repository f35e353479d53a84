const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** How long after an attempt the next one comes. */
const pausesMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]
const jitter = 0.2

/** How many attempts an event has, over about three days. */
export const maxAttempts: number = pausesMs.length + 1

/**
 * When to try again.
 *
 * @param attempts - How many there were, at least one.
 * @param askedMs - What the receiver asked to wait; `null`: nothing. It is never tried sooner.
 * @param random - From 0 to 1: endpoints that failed together are not called together.
 * @returns milliseconds from now; `null` when there is no further attempt.
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability | Standard Webhooks}
 */
export function nextAttemptMs(attempts: number, askedMs: number | null, random: number = Math.random()): number | null {
  const pause = pausesMs[attempts - 1]
  if (pause === undefined) return null
  return Math.max(Math.round(pause * (1 - jitter + 2 * jitter * random)), askedMs ?? 0)
}
