import { describe, expect, it } from 'vitest'
import { open, testSealer } from './setup.js'
import { openStores } from './stores.js'

describe.each(await openStores())('If-Match, over %s', (_, store) => {
  it('is the ETag of every answer with one key', async () => {
    const host = open({ store })
    const { id, body } = await host.create('mia')
    expect(body.version).toBe(1)
    const tags: string[] = []
    for (const request of [
      `GET /${id}`,
      `PATCH /${id}`,
      `POST /${id}/disable`,
      `POST /${id}/rotate`,
      `POST /${id}/revoke`,
    ]) {
      const answer = await host.send(request, request.startsWith('PATCH') ? { body: { name: 'new' } } : {})
      const [, version = ''] = /^"(\d+)-[\w-]{22}"$/.exec(answer.headers.get('etag') ?? '') ?? []
      expect(version).toBe(String(answer.body.version))
      tags.push(version)
    }
    expect(tags).toEqual(['1', '2', '3', '4', '5'])
  })

  it.each([
    ['PATCH', '', { name: 'mine' }],
    ['POST', '/disable', undefined],
    ['POST', '/enable', undefined],
    ['POST', '/revoke', undefined],
    ['POST', '/rotate', undefined],
    ['DELETE', '', undefined],
  ])('answers 412 to %s %s of a key that was changed since, and changes nothing', async (method, path, body) => {
    const host = open({ store })
    const { id } = await host.create('mia')
    await host.send(`PATCH /${id}`, { body: { name: 'theirs' } })
    const before = await host.dump()
    const request = { body, headers: { 'If-Match': '"1"' } }
    expect(await host.send(`${method} /${id}${path}`, request)).toMatchObject({
      status: 412,
      body: { code: 'key_changed', version: 2 },
    })
    expect(await host.dump()).toBe(before)
    const now = await host.send(`${method} /${id}${path}`, { ...request, headers: { 'If-Match': 'W/"2"' } })
    expect(now.status).toBeLessThan(300)
  })

  it('loses none of two edits at once', async () => {
    const host = open({ store })
    const { id } = await host.create('mia')
    for (let round = 0; round < 10; round += 1) {
      const { headers } = await host.send(`GET /${id}`)
      const edit = (name: string) =>
        host.send(`PATCH /${id}`, { body: { name }, headers: { 'If-Match': headers.get('etag') ?? '' } })
      const statuses = (await Promise.all([edit(`a${round}`), edit(`b${round}`)])).map(({ status }) => status)
      expect(statuses.sort()).toEqual([200, 412])
    }
  })

  it.each(['1', '"1", "2"', '"0"', '"x"', 'W/1', '""'])('answers 400 to If-Match: %s', async (value) => {
    const host = open({ store })
    const { id } = await host.create('mia')
    const answer = await host.send(`POST /${id}/disable`, { headers: { 'If-Match': value } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ header: 'If-Match' }] } })
  })

  it('answers 428 to a PATCH without it where it is required, and takes *', async () => {
    const host = open({ store, api: { requireIfMatch: true } })
    const { id } = await host.create('mia')
    expect(await host.send(`PATCH /${id}`, { body: { name: 'new' } })).toMatchObject({
      status: 428,
      body: { code: 'if_match_required' },
    })
    const any = await host.send(`PATCH /${id}`, { body: { name: 'new' }, headers: { 'If-Match': '*' } })
    expect(any.status).toBe(200)
    expect((await host.send(`POST /${id}/revoke`)).status).toBe(200)
  })

  it('does not keep a rotation that is sent again from its token, nor a token from being shown', async () => {
    const host = open({ store, reveal: testSealer, api: { assertFresh: () => true } })
    const { id } = await host.create('ada')
    const headers = { 'If-Match': '"1"', 'Idempotency-Key': 'once' }
    const first = await host.send(`POST /${id}/rotate`, { as: 'ada', headers })
    const again = await host.send(`POST /${id}/rotate`, { as: 'ada', headers })
    expect([again.status, again.body.token]).toEqual([200, first.body.token])
    const shown = await host.send(`POST /${id}/reveal`, { as: 'ada', headers: { 'If-Match': '"1"' } })
    expect([shown.status, shown.body.token]).toEqual([200, first.body.token])
  })

  it('does not make a rotation happen twice that is sent again, where tokens are not shown', async () => {
    const host = open({ store })
    const { id } = await host.create('mia')
    const headers = { 'If-Match': '"1"', 'Idempotency-Key': 'once' }
    expect((await host.send(`POST /${id}/rotate`, { headers })).status).toBe(200)
    expect(await host.send(`POST /${id}/rotate`, { headers })).toMatchObject({
      status: 409,
      body: { code: 'secret_already_shown' },
    })
  })
})
