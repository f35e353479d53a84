import { createServer, type ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { type HoldBack, holdable } from '../src/edge/hold-back.js'
import { openStream } from './raw.js'
import { listening } from './task-board.js'

/** A server whose answer is kept back until the test says for whom it is. */
async function serve(answer: (res: ServerResponse, holdBack: HoldBack) => void): Promise<string> {
  return listening(createServer((_, res) => answer(res, holdable(res))))
}

function promised<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve: (value: T) => resolve(value) }
}

/** What a client of the answer got until it ended, and the signal that gives it up. */
async function read(url: string, signal?: AbortSignal): Promise<string> {
  const answer = await fetch(url, signal === undefined ? {} : { signal })
  return answer.text()
}

it('an answer that is kept back comes whole and in order, once it is known to be for its client', async () => {
  const isForThem = promised<boolean>()
  const url = await serve((res, holdBack) => {
    holdBack(() => isForThem.promise)
    res.write('a')
    res.write('b')
    res.end('c')
    isForThem.resolve(true)
  })
  expect(await read(url)).toBe('abc')
})

it.each([
  ['is for somebody else', async () => false],
  ['cannot be said to be for anybody', () => Promise.reject(new Error('down'))],
])('an answer that %s is ended before anything comes', async (_, isForThem) => {
  const url = await serve((res, holdBack) => {
    holdBack(isForThem)
    res.write('a')
  })
  await expect(openStream(url, 'GET', {})).rejects.toThrow(/hang up/)
})

it('an answer whose client has gone meanwhile is let go', async () => {
  const isForThem = promised<boolean>()
  const isHeld = promised<ServerResponse>()
  const url = await serve((res, holdBack) => {
    holdBack(() => isForThem.promise)
    res.write('a')
    isHeld.resolve(res)
  })
  const given = new AbortController()
  const reading = read(url, given.signal)
  const res = await isHeld.promise
  const errors: unknown[] = []
  res.on('error', (error) => errors.push(error))
  given.abort()
  await expect(reading).rejects.toThrow()
  await expect.poll(() => res.destroyed).toBe(true)
  isForThem.resolve(true)
  await expect.poll(() => res.write('b')).toBe(false) // it is not kept back any more
  expect(errors).toEqual([])
})
