import { afterAll, beforeAll, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { type RunningWorker, startWorker } from './workerd.js'

let worker: RunningWorker

beforeAll(async () => {
  if (!testsEverything) return
  worker = await startWorker('worker/example.mjs', {
    d1Databases: ['DB'],
    bindings: { KEY_PEPPER: '07'.repeat(32), ADMIN_TOKEN: 'secret' },
  })
  expect((await worker.fetch('https://worker/migrate')).status).toBe(200)
})
afterAll(() => worker?.dispose())

const ask = async (path: string, token: string, method = 'GET', body?: object) => {
  const response = await worker.fetch(`https://worker${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: JSON.parse((await response.text()) || 'null') }
}

const title =
  'a key of a Worker on D1 is made, passes, is counted, and is refused from the next request after it is disabled'
it.runIf(testsEverything)(title, async () => {
  const made = await ask('/api/api-keys', 'secret', 'POST', { name: 'ci', scopes: ['tasks.read'] })
  expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^tb_live_/) } })
  const { token, id } = made.body
  expect(await ask('/tasks', token)).toEqual({ status: 200, body: { tasks: ['Write the release notes'] } })
  expect((await ask('/tasks', `${token.slice(0, -1)}x`)).status).toBe(401)
  await expect.poll(async () => (await ask(`/api/api-keys/${id}`, 'secret')).body.last_used_at).toMatch(/^\d{4}-/)
  expect((await ask(`/api/api-keys/${id}/disable`, 'secret', 'POST', {})).status).toBe(200)
  expect(await ask('/tasks', token)).toMatchObject({ status: 401, body: { code: 'api_key_disabled' } })
  expect((await ask('/api/api-keys', 'nobody')).status).toBe(401)
})
