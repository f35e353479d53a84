import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import Database from 'libsql'
import { expect, it, onTestFinished } from 'vitest'
import { libsqlDatabase } from '../src/index.js'

/**
 * As much of a Turso server as a replica needs to be opened: it hands out a database. In a thread of its own, since libsql keeps the
 * one that opens the replica waiting.
 */
const server = `
  const { createServer } = require('node:http')
  const { parentPort, workerData } = require('node:worker_threads')
  const answer = (request, reply) => {
    if (request.url.startsWith('/export')) return reply.end(workerData)
    reply.setHeader('content-type', 'application/json')
    reply.end(JSON.stringify({ current_generation: 1, status: 'ok', generation: 1, max_frame_no: 0, baton: null }))
  }
  const server = createServer(answer).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`

async function serve(primary: Buffer): Promise<string> {
  const worker = new Worker(server, { eval: true, workerData: primary })
  onTestFinished(async () => {
    await worker.terminate()
  })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return `http://127.0.0.1:${port}`
}

it('refuses an embedded replica of Turso at start-up, and no other database (FI-46)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'primary.db')
  const primary = new Database(path)
  primary.exec('create table numbers (number); insert into numbers values (1)')
  expect(libsqlDatabase(primary).prepare('select number from numbers').all([])).toEqual([{ number: 1 }])
  libsqlDatabase(new Database(':memory:'))
  primary.close()

  const syncUrl = await serve(readFileSync(path))
  // Only the options of the package's promises know syncUrl in its types.
  const options = { syncUrl, authToken: 'none' } as ConstructorParameters<typeof Database>[1]
  const replica = new Database(join(folder, 'replica.db'), options)
  expect(replica.prepare('select number from numbers').all()).toEqual([{ number: 1 }])
  expect(() => libsqlDatabase(replica)).toThrow(
    expect.objectContaining({ code: 'invalid_options', field: 'database', message: expect.stringMatching(/syncUrl/) }),
  )
})
