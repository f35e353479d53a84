import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { child } from './children.js'
import type { FloodOrder } from './flood.js'
import { servers } from './servers.js'
import { worlds } from './world.js'

/** The status of a request on a connection of its own; or what became of the connection. */
function send(port: number, token: string): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = { Authorization: `Bearer ${token}` }
    const sent = httpRequest({ port, host: '127.0.0.1', agent: false, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    sent.end()
  })
}

describe.each(servers)('on $name', (server) => {
  const makeWorld = worlds(server)

  it('FI-35: a process that is told to end under load answers what it has begun, writes all usage, and ends in 5 s', async () => {
    const { direct, input, owner, tablePrefix, proxy } = await makeWorld()
    const { token } = await direct.keyring.create(input)
    const place = { name: server.name, url: proxy.url, tablePrefix, owner, maxKeys: 10 }
    const { process, ended } = child('serve-until-told.ts', place)
    const [port] = (await once(process, 'message')) as [number] // all it ever sends
    proxy.slow(20, 20)

    const answers: (number | string)[] = []
    let isRunning = true
    const load = Array.from({ length: 20 }, async () => {
      while (isRunning) {
        const answer = await send(port, token.reveal())
        answers.push(answer)
        // Nobody listens any more.
        if (answer === 'ECONNREFUSED') return
      }
    })
    await wait(1_000)
    const told = performance.now()
    process.kill('SIGTERM')
    const { code, signal, output } = await ended
    expect(performance.now() - told).toBeLessThan(5_000)
    isRunning = false
    await Promise.all(load)

    expect({ code, signal, output }).toEqual({ code: 0, signal: null, output: '' })
    const passed = answers.filter((answer) => answer === 200).length
    expect(passed).toBeGreaterThan(20)
    // Connections that the kernel had taken, and the process had not.
    const reset = answers.filter((answer) => answer === 'ECONNRESET').length
    expect(answers.filter((answer) => answer === 'ECONNREFUSED')).toHaveLength(answers.length - passed - reset)
    expect(reset).toBeLessThan(20)
    expect((await direct.keyring.stats({ organizationId: owner.id })).callsLast24h).toBe(passed)
  })
})

it('FI-36: a flood of unknown tokens does not make memory grow', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  // What is counted against guessers is bounded at 50 000 ids, and as many networks.
  const order: FloodOrder = { path: join(folder, 'keys.sqlite'), warmUp: 80_000, flood: 80_000 }
  const { process } = child('flood.ts', order, ['--expose-gc'])
  const [{ before, after, codes }] = await once(process, 'message')
  console.info('FI-36, in MiB', { before, after })
  expect(codes).toEqual({ api_key_invalid: 160_000 })
  expect(after.heap).toBeLessThan(before.heap * 1.1 + 5)
  expect(after.rss).toBeLessThan(before.rss * 1.2 + 20)
})
