import { once } from 'node:events'
import { createServer } from 'node:http'
import { Session } from 'node:inspector/promises'
import type { AddressInfo } from 'node:net'
import { requireKey } from '@keywright/express'
import { testKeyring, testOwners } from '@keywright/testkit'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * The functions of `packages/<name>/src` that ran while `work` did, each as `path name`. What Vitest adds to a file, a getter for
 * each of its exports, is none of them.
 */
async function walkOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const session = new Session()
  session.connect()
  await session.post('Debugger.enable')
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await session.post('Profiler.takePreciseCoverage') // what ran before is forgotten
  await work()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  await session.post('Profiler.stopPreciseCoverage')
  const entered: string[] = []
  for (const { url, scriptId, functions } of result) {
    const path = /packages\/(?!testkit)[a-z0-9]+\/src\/.*\.ts$/.exec(url)?.[0]
    if (path === undefined || /\/index\.ts$|\/entries\//.test(path)) continue
    const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId })
    for (const { functionName, ranges } of functions) {
      const { count = 0, startOffset = 0, endOffset = 0 } = ranges[0] ?? {}
      const text = scriptSource.slice(startOffset, endOffset)
      const isExport = /^\(\) => \{ try \{ return \w+ \} catch/.test(text)
      if (count > 0 && !isExport) entered.push(`${path} ${functionName || text.slice(0, 60)}`)
    }
  }
  session.disconnect()
  return entered
}

describe('one good request behind Express', () => {
  const { keyring } = testKeyring()
  const app = express()
  app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (_, res) => void res.json({}))
  const server = createServer(app)
  let ask: () => Promise<number>

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
    const { token } = await keyring.create({ name: 'ci', owner: testOwners.user, scopes: ['members.read'] })
    const headers = { authorization: `Bearer ${token.reveal()}` }
    ask = async () => (await fetch(`http://127.0.0.1:${port}/members`, { headers })).status
    for (let warm = 0; warm < 3; warm += 1) expect(await ask()).toBe(200)
  })
  afterAll(async () => {
    await keyring.close()
    server.closeAllConnections()
    server.close()
  })

  it('enters at most 44 files and 130 functions of the library', async () => {
    const functions = await walkOf(async () => expect(await ask()).toBe(200))
    const files = [...new Set(functions.map((line) => line.split(' ')[0]))]
    expect(files.length, files.join('\n')).toBeLessThanOrEqual(44)
    expect(functions.length, functions.join('\n')).toBeLessThanOrEqual(130)
    // The walk is seen: a count of nothing would pass as well.
    expect(files).toEqual(
      expect.arrayContaining(['packages/express/src/require-key.ts', 'packages/core/src/verify/verify.ts']),
    )
  })
})
