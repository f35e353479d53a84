import { expect, it } from 'vitest'
import { clockProblem } from '../src/replicas/clock-problem.js'

it.each([0, 1_000, -1_000])('a replica whose clock is off by %i ms is read (REP-2)', (off) => {
  expect(clockProblem(5_000, 5_000 + off)).toBeNull()
})

it.each([1_001, -1_001, Number.NaN])('a replica whose clock is off by %d ms is left (REP-2)', (off) => {
  expect(clockProblem(5_000, 5_000 + off)).toMatchObject({ reason: 'clock' })
})
