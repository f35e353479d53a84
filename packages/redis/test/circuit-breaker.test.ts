import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { circuitBreaker } from '../src/circuit-breaker.js'

afterEach(() => void vi.useRealTimers())

it('rejects at once after a failure, then lets one call try again for all', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  const failure = new Error('ECONNRESET')
  const breaker = circuitBreaker({ timeoutMs: 1_000, pauseMs: 50 })
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(failure)
  await expect(breaker(work)).rejects.toBe(failure)
  await expect(breaker(work)).rejects.toBe(failure)
  expect(work).toHaveBeenCalledTimes(1)

  vi.advanceTimersByTime(50)
  let answer = (_: string) => {}
  work.mockReturnValue(
    new Promise((resolve) => {
      answer = resolve
    }),
  )
  const probe = breaker(work)
  await expect(breaker(work)).rejects.toBe(failure)
  answer('there')
  expect(await probe).toBe('there')
  expect(await breaker(work)).toBe('there')
  expect(work).toHaveBeenCalledTimes(3)
})

it('accepts an answer that came in time while the process was busy', async () => {
  const breaker = circuitBreaker({ timeoutMs: 20, pauseMs: 50 })
  const asked = breaker(() => sleep(10).then(() => new Promise((resolve) => setImmediate(resolve, 'there'))))
  const until = performance.now() + 40
  while (performance.now() < until); // as a long computation would
  expect(await asked).toBe('there')
})

it('rejects when the work takes longer than timeoutMs', async () => {
  const breaker = circuitBreaker({ timeoutMs: 20, pauseMs: 50 })
  await expect(breaker(() => new Promise(() => {}))).rejects.toThrow('No answer within 20 ms')
})
