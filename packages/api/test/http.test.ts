import { formatToken } from '@keywright/core/token'
import { describe, expect, it } from 'vitest'
import { open } from './setup.js'

describe('a method that an address does not have', () => {
  it.each([
    ['PUT /', 'GET, HEAD, POST, OPTIONS'],
    ['DELETE /', 'GET, HEAD, POST, OPTIONS'],
    ['PUT /abc', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['GET /abc/revoke', 'POST, OPTIONS'],
    // Not the key of this name, which `/{id}` would match.
    ['DELETE /stats', 'GET, HEAD, OPTIONS'],
    ['PATCH /catalog', 'GET, HEAD, OPTIONS'],
    ['DELETE /openapi.json', 'GET, HEAD, OPTIONS'],
    ['POST /audit/export', 'GET, HEAD, OPTIONS'],
  ])('%s is answered with 405 and Allow: %s', async (request, allow) => {
    const { send } = open()
    const answer = await send(request)
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(answer.headers.get('allow')).toBe(allow)
  })

  it('is listed by OPTIONS, for everybody', async () => {
    const { send } = open()
    const { status, headers, text } = await send('OPTIONS /abc', { as: null })
    expect([status, headers.get('allow'), text]).toEqual([204, 'GET, HEAD, PATCH, DELETE, OPTIONS', ''])
  })
})

describe('an answer with 401', () => {
  it('names a scheme', async () => {
    const challenge = async (allowKeys: boolean) =>
      (await open({ api: { allowKeys } }).send('GET /', { as: null })).headers.get('www-authenticate')
    expect(await challenge(false)).toBe('Session realm="API keys"')
    expect(await challenge(true)).toBe('Bearer realm="API keys"')
  })
})

describe('a request', () => {
  it.each(['gzip', 'br', 'identity, gzip', 'x'])(
    'whose body is encoded as %s is answered with 415',
    async (encoding) => {
      const { send } = open()
      const sent = { body: { name: 'ci' }, headers: { 'Content-Encoding': encoding } }
      expect(await send('POST /', sent)).toMatchObject({ status: 415, body: { code: 'encoded_body' } })
    },
  )

  it('may say that its body is not encoded', async () => {
    const { send } = open()
    const sent = { body: { name: 'ci' }, headers: { 'Content-Encoding': 'identity' } }
    expect((await send('POST /', sent)).status).toBe(201)
  })

  it.each(['0x10', '1e1', ' 5', '5.0', '+5', '05', '0', '101', '-1', '', 'NaN', '٥'])(
    'with limit=%j is answered with 400',
    async (limit) => {
      const { send } = open()
      const answer = await send(`GET /?limit=${encodeURIComponent(limit)}`)
      expect(answer).toMatchObject({
        status: 400,
        body: {
          errors: [{ parameter: 'limit', detail: 'The parameter `limit` must be a whole number from 1 to 100.' }],
        },
      })
    },
  )

  it.each(['1', '9', '10', '99', '100'])('may ask for %s keys', async (limit) => {
    const { send } = open()
    expect((await send(`GET /?limit=${limit}`)).status).toBe(200)
  })

  it('has no id in the audit log that looks like a token', async () => {
    const { send } = open()
    const token = formatToken({ namespace: 'tk_live', id: 'x'.repeat(12), secret: 'y'.repeat(32) })
    for (const id of ['req-1', token]) await send('POST /', { body: { name: 'ci' }, headers: { 'X-Request-Id': id } })
    const { data } = (await send('GET /audit?type=api_key.created', { as: 'ada' })).body
    expect(data.map(({ context }: { context: object }) => context)).toEqual([
      expect.objectContaining({ request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
      expect.objectContaining({ request_id: 'req-1' }),
    ])
  })

  it('by HEAD for an export records none', async () => {
    const { send } = open()
    const { status, headers, text } = await send('HEAD /audit/export?format=csv', { as: 'ada' })
    expect([status, headers.get('content-type'), text]).toEqual([200, 'text/csv; charset=utf-8', ''])
    expect((await send('GET /audit?type=audit.exported', { as: 'ada' })).body.data).toEqual([])
    await send('GET /audit/export', { as: 'ada' })
    expect((await send('GET /audit?type=audit.exported', { as: 'ada' })).body.data).toHaveLength(1)
    expect((await send('HEAD /audit/export')).status).toBe(403)
  })
})

describe('two rotations at once', () => {
  it('give one token, and a code to the other', async () => {
    const { send, create } = open()
    const { id } = await create('mia')
    const answers = await Promise.all([1, 2, 3].map(() => send(`POST /${id}/rotate`)))
    const codes = answers.map(({ status, body }) => (status === 200 ? 'ok' : body.code)).sort()
    expect(codes).toEqual(['key_rotated_meanwhile', 'key_rotated_meanwhile', 'ok'])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })
})
