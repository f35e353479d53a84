import { afterAll, beforeAll, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { type RunningWorker, startWorker } from './workerd.js'

let worker: RunningWorker

beforeAll(async () => {
  if (!testsEverything) return
  worker = await startWorker('worker/example.mjs', {
    d1Databases: ['DB'],
    bindings: { KEYWRIGHT_PEPPER: '07'.repeat(32), ADMIN_TOKEN: 'secret' },
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

const browser = { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://worker' }

it.runIf(testsEverything)('the Worker serves the settings page, its script, and what the page asks for', async () => {
  const page = await worker.fetch('https://worker/settings/api-keys')
  expect([page.status, page.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8'])
  const policy = page.headers.get('Content-Security-Policy') ?? ''
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/)
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'")
  expect(policy).not.toMatch(/unsafe|\*/)
  const html = await page.text()
  for (const [pattern, type] of [
    [/<script type="module" src="\.\/([^"]+)"><\/script>/, 'text/javascript'],
    [/<link rel="stylesheet" href="\.\/([^"]+)">/, 'text/css'],
  ] as const) {
    const file = new URL(pattern.exec(html)?.[1] ?? '', 'https://worker/settings/')
    const asset = await worker.fetch(file.href)
    expect([asset.status, asset.headers.get('Content-Type')]).toEqual([200, `${type}; charset=utf-8`])
    expect(await asset.text()).toContain('keywright-settings')
  }
  expect((await worker.fetch('https://worker/settings/api-keys/keywright-0.js')).status).toBe(404)

  const catalog = (headers: Record<string, string>) =>
    worker.fetch('https://worker/api/api-keys/catalog', { headers: { ...browser, ...headers } })
  expect((await catalog({})).status).toBe(401)
  const signIn = (token: string) =>
    worker.fetch('https://worker/sign-in', { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' })
  expect((await signIn('nobody')).status).toBe(403)
  const signedIn = await signIn('secret')
  expect([signedIn.status, signedIn.headers.get('Location')]).toEqual([303, '/settings/api-keys'])
  const [cookie = ''] = signedIn.headers.getSetCookie()
  expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Strict/)
  const answer = await catalog({ Cookie: cookie.split(';')[0] ?? '' })
  expect(answer.status).toBe(200)
  // A page of another origin has the browser send the cookie as well.
  const elsewhere = await worker.fetch('https://worker/api/api-keys', {
    method: 'POST',
    headers: { Cookie: cookie.split(';')[0] ?? '', Origin: 'https://evil.example', 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'ci' }),
  })
  expect(elsewhere.status).toBe(403)
})
