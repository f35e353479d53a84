import { describe, expect, it } from 'vitest'
import { sender, servers } from './servers.js'
import { open, type Product } from './setup.js'
import { openStores } from './stores.js'

/** Asks again from each checkpoint until the check is over. */
async function walk({ send }: Pick<Product, 'send'>, limit: number) {
  const answers = []
  let from = ''
  for (;;) {
    const { body, status } = await send(`GET /audit/verify?limit=${limit}${from}`, { as: 'ada' })
    expect(status).toBe(200)
    answers.push(body)
    if (body.complete) return answers
    const { seq, hash, keyed } = body.checkpoint
    from = `&after_seq=${seq}&after_hash=${hash}&after_keyed=${keyed}`
  }
}

describe.each(await openStores())('GET /audit/verify, over %s', (_, store) => {
  it.each([
    ['plain', undefined],
    ['with audit keys', { current: 'a1', keys: { a1: Buffer.alloc(32, 3) } }],
  ])('checks the whole log in as many requests as its bound asks for: %s', async (_name, auditKeys) => {
    const product = open({ store, ...(auditKeys === undefined ? {} : { auditKeys: auditKeys as never }) })
    const { id } = await product.create('mia')
    for (const verb of ['disable', 'enable', 'rotate', 'revoke']) await product.send(`POST /${id}/${verb}`)
    for (const [limit, requests] of [
      [2, 3],
      [5, 1],
      [10_000, 1],
    ] as const) {
      const answers = await walk(product, limit)
      expect(answers).toHaveLength(requests)
      const keyed = auditKeys !== undefined
      expect(answers.at(-1)).toMatchObject({ ok: true, checkpoint: { seq: 5, keyed }, fault: null })
    }
  })
})

describe('GET /audit/verify', () => {
  it('names the first fault, and where', async () => {
    const product = open()
    const { id } = await product.create('mia')
    for (const verb of ['disable', 'enable', 'revoke']) await product.send(`POST /${id}/${verb}`)
    const { listAudit } = product.store
    product.store.listAudit = async (query) =>
      (await listAudit.call(product.store, query)).map((record) =>
        record.seq === 3 ? { ...record, actor: { type: 'user', id: 'eve' } } : record,
      )
    const fault = { ok: false, complete: true, checkpoint: null, fault: { problem: 'altered', seq: 3 } }
    expect((await walk(product, 10)).at(-1)).toEqual(fault)
    expect((await walk(product, 1)).at(-1)).toEqual(fault)
    product.store.listAudit = async (query) =>
      (await listAudit.call(product.store, query)).filter(({ seq }) => seq !== 2)
    expect((await walk(product, 10)).at(-1)).toMatchObject({ fault: { problem: 'missing', seq: 2 } })
    product.store.listAudit = listAudit
    const query = `after_seq=2&after_hash=${'0'.repeat(64)}`
    const { body } = await product.send(`GET /audit/verify?${query}`, { as: 'ada' })
    expect(body).toMatchObject({ ok: false, fault: { problem: 'altered', seq: 3 } })
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=10001', 'limit'],
    ['after_seq=1', 'after_hash'],
    [`after_hash=${'0'.repeat(64)}`, 'after_seq'],
    ['after_keyed=true', 'after_seq'],
    [`after_seq=1&after_hash=${'0'.repeat(63)}`, 'after_hash'],
    [`after_seq=-1&after_hash=${'0'.repeat(64)}`, 'after_seq'],
    ['after_keyed=yes', 'after_keyed'],
  ])('refuses %s, naming %s', async (query, parameter) => {
    const answer = await open().send(`GET /audit/verify?${query}`, { as: 'ada' })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ parameter }] } })
  })
})

describe('the type of records to list or export', () => {
  it.each(['audit', 'audit/export'])('is one that there is, in GET /%s', async (path) => {
    const { send, create } = open()
    await create('mia')
    expect((await send(`GET /${path}?type=api_key.created`, { as: 'ada' })).status).toBe(200)
    for (const type of ['api_key.create', 'created', '', 'API_KEY.CREATED']) {
      const answer = await send(`GET /${path}?type=${type}`, { as: 'ada' })
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ parameter: 'type', code: 'value' }] } })
    }
  })
})

describe.each(Object.keys(servers))('GET /audit/verify on %s', (name) => {
  it('answers over HTTP, and may be kept until there is another record', async () => {
    const { api, create } = open()
    await create('mia')
    const send = await sender(name, api)
    const first = await send('GET /audit/verify')
    expect(await first.json()).toMatchObject({ ok: true, complete: true, checkpoint: { seq: 1 } })
    const headers = { 'If-None-Match': first.headers.get('etag') ?? '' }
    expect((await send('GET /audit/verify', { headers })).status).toBe(304)
    await create('mia')
    expect((await send('GET /audit/verify', { headers })).status).toBe(200)
  })
})
