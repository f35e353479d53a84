import { describe, expect, it } from 'vitest'
import { open, ownKeys } from './setup.js'

describe('an export of the audit log', () => {
  it.each<[string | undefined, string, number, string]>([
    [undefined, '', 200, 'application/x-ndjson'],
    ['*/*', '', 200, 'application/x-ndjson'],
    ['text/csv', '', 200, 'text/csv; charset=utf-8'],
    ['TEXT/CSV; charset=utf-8', '', 200, 'text/csv; charset=utf-8'],
    ['text/*, application/json', '', 200, 'text/csv; charset=utf-8'],
    ['application/x-ndjson;q=0.5, text/csv', '', 200, 'text/csv; charset=utf-8'],
    ['text/csv;q=0.5, application/x-ndjson;q=0.6', '', 200, 'application/x-ndjson'],
    ['text/html, */*;q=0.8', '', 200, 'application/x-ndjson'],
    ['application/x-ndjson;q=0, */*;q=0.1', '', 200, 'text/csv; charset=utf-8'],
    ['', '', 200, 'application/x-ndjson'],
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', '', 200, 'application/x-ndjson'],
    ['application/json', '', 406, 'application/problem+json'],
    ['text/csv;q=0', '', 406, 'application/problem+json'],
    ['text/csv;q=2', '', 406, 'application/problem+json'],
    ['application/json', '?format=csv', 200, 'text/csv; charset=utf-8'],
    ['text/csv', '?format=jsonl', 200, 'application/x-ndjson'],
  ])('for Accept: %s%s is answered with %i and %s', async (accept, query, status, type) => {
    const { send } = open()
    const headers = accept === undefined ? {} : { Accept: accept }
    const answer = await send(`GET /audit/export${query}`, { as: 'ada', headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type])
    const exports = (await send('GET /audit?type=audit.exported', { as: 'ada' })).body.data
    expect(exports).toHaveLength(status === 200 ? 1 : 0)
  })

  it('has what the same filters list, in either form', async () => {
    const { send, create } = open()
    const [{ id }, other] = [await create('mia'), await create('max')]
    await send(`POST /${id}/disable`, { as: 'ada' })
    await send(`POST /${other.id}/disable`, { as: 'max' })
    const { data: all } = (await send('GET /audit', { as: 'ada' })).body
    const middle = all[1].at
    for (const filter of [
      'type=api_key.disabled',
      'actor_type=user&actor_id=ada',
      `key_id=${id}`,
      `key_id=${id}&type=api_key.created`,
      `from=${middle}`,
      `to=${middle}`,
      'type=api_key.revealed',
    ]) {
      const listed: { seq: number }[] = (await send(`GET /audit?${filter}`, { as: 'ada' })).body.data
      const seqs = listed.map(({ seq }) => seq).reverse()
      const lines = (await send(`GET /audit/export?${filter}`, { as: 'ada' })).text.split('\n').slice(0, -1)
      const ofLines = lines.map((line) => JSON.parse(line)).filter(({ type }) => type !== 'audit.exported')
      expect(
        ofLines.map(({ seq }) => seq),
        filter,
      ).toEqual(seqs.filter((seq) => seq <= 4))
      const rows = (await send(`GET /audit/export?format=csv&${filter}`, { as: 'ada' })).text.split('\r\n').slice(1, -1)
      const ofRows = rows.filter((row) => !row.includes('audit.exported'))
      expect(
        ofRows.map((row) => Number(row.split('"')[1])),
        filter,
      ).toEqual(seqs.filter((seq) => seq <= 4))
    }
    expect(await send('GET /audit/export?actor_type=user', { as: 'ada' })).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'actor_id', code: 'required' }] },
    })
    expect((await send('HEAD /audit/export', { as: 'ada', headers: { Accept: 'application/json' } })).status).toBe(406)
  })
})

describe('a key that nobody knows', () => {
  it('is the same answer for a key, its usage, its records and their export; a deleted key has its records still', async () => {
    const { send, create, dump } = open()
    const unknown = 'A'.repeat(12)
    const before = await dump()
    const requests = ['GET /:id', 'GET /usage?key_id=:id', 'GET /audit?key_id=:id', 'GET /audit/export?key_id=:id']
    const answers = await Promise.all(requests.map((request) => send(request.replace(':id', unknown), { as: 'ada' })))
    for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]?.text])
    const malformed = await Promise.all(requests.map((request) => send(request.replace(':id', 'abc'), { as: 'ada' })))
    expect(malformed.map(({ status }) => status)).toEqual([400, 400, 400, 400])
    expect(await dump()).toBe(before)

    const { id } = await create('mia')
    await send(`DELETE /${id}?permanent=true`)
    expect((await send(`GET /${id}`, { as: 'ada' })).status).toBe(404)
    expect((await send(`GET /audit?key_id=${id}`, { as: 'ada' })).body.data).toHaveLength(2)
  })
})

describe('an API key as the caller', () => {
  async function openWithRobots() {
    const product = open({ allowKeyManagement: true, api: { allowKeys: true } })
    const scopes = ['api_keys.read', 'api_keys.create', 'members.read']
    const [one, two] = [
      await product.create('ada', { name: 'one', scopes }),
      await product.create('ada', { name: 'two', scopes }),
    ]
    return { ...product, one: `key:${one.id}`, two: `key:${two.id}` }
  }

  it('that may create keys lists those that it created, and no others of its owner', async () => {
    const { send, create, one, two } = await openWithRobots()
    await create('ada', { name: 'by ada' })
    const made = [await create(one, { name: 'a' }), await create(one, { name: 'b' })]
    await create(two, { name: 'c' })
    // There is nothing at the address of a key that its maker may not read.
    const created = await send('POST /', { as: one, body: { name: 'z' } })
    expect([created.status, created.headers.get('location')]).toEqual([201, null])
    await send(`DELETE /${created.body.id}?permanent=true`, { as: 'ada' })
    const names = async (as: string, query = '') =>
      (await send(`GET /${query}`, { as })).body.data.map(({ name }: { name: string }) => name)
    expect(await names(one)).toEqual(['b', 'a'])
    expect(await names(one, '?owner=me&sort=created_at')).toEqual(['a', 'b'])
    expect(await names(two)).toEqual(['c'])
    const first = await send('GET /?limit=1', { as: one })
    expect(await names(one, `?cursor=${first.body.next_cursor}`)).toEqual(['a'])
    for (const owner of ['all', 'organization']) {
      expect((await send(`GET /?owner=${owner}`, { as: one })).status).toBe(403)
    }
    // It is shown them, and reaches them no more than before.
    expect((await send(`POST /${made[0]?.id}/enable`, { as: one })).status).toBe(404)
  })

  it('that may read keys but create none lists nothing', async () => {
    const { send, create } = open({ allowKeyManagement: true, api: { allowKeys: true } })
    const { id } = await create('mia', { name: 'reader', scopes: ['api_keys.read'] })
    expect((await send('GET /', { as: `key:${id}` })).status).toBe(403)
    expect(ownKeys).toContain('api_keys.create')
  })
})
