import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DeadlineLine } from '../../src/values/deadline-line.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('deadlines of one length', () => {
  it('come in their order, each when it is due, and never once they were ended', () => {
    const line = new DeadlineLine(100)
    const late: string[] = []
    const first = line.begin(() => late.push('first'))
    vi.advanceTimersByTime(30)
    line.begin(() => late.push('second'))
    line.end(first)
    vi.advanceTimersByTime(99)
    expect(late).toEqual([])
    vi.advanceTimersByTime(1)
    expect(late).toEqual(['second'])
  })

  it('come when they are due, also where one that came before them begins another', () => {
    const line = new DeadlineLine(100)
    const late: string[] = []
    line.begin(() => {
      late.push('first')
      line.begin(() => late.push('third'))
    })
    vi.advanceTimersByTime(50)
    line.begin(() => late.push('second'))
    vi.advanceTimersByTime(100)
    expect(late).toEqual(['first', 'second'])
    vi.advanceTimersByTime(50)
    expect(late).toEqual(['first', 'second', 'third'])
  })

  it('hold no other once they are over: work that never ends would hold all that came after it', () => {
    const line = new DeadlineLine(100)
    const [first, second, third] = [line.begin(() => {}), line.begin(() => {}), line.begin(() => {})]
    line.end(second)
    vi.advanceTimersByTime(100)
    const free = { before: null, after: null, isOver: true }
    expect([first, second, third]).toMatchObject([free, free, free])
  })

  it('leave no timer behind once all are over', () => {
    const line = new DeadlineLine(100)
    line.end(line.begin(() => {}))
    vi.advanceTimersByTime(100)
    expect(vi.getTimerCount()).toBe(0)
  })
})
