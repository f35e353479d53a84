import { verifyAuditExport } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { open } from './setup.js'

/** A product in whose log there is one record of most kinds. */
async function withHistory(auditKeys?: object) {
  const product = open({ ...(auditKeys === undefined ? {} : { auditKeys: auditKeys as never }) })
  const { create, send, keyring, org } = product
  const board = { mode: 'specific', levels: { boardOne: 'read' } }
  const { id } = await create('mia', {
    name: 'ci',
    resources: { board },
    expires_at: '2090-01-01T00:00:00Z',
    ip_allow_list: ['10.0.0.0/8'],
    rate_limits: [{ limit: 5, window_ms: 1_000 }],
  })
  await keyring.update(id, { metadata: { costCenter: { teamName: 'x' } } })
  await send(`PATCH /${id}`, { body: { rate_limits: [{ limit: 4, window_ms: 1_000 }], expires_at: null }, as: 'ada' })
  await send(`POST /${id}/rotate`, { body: { grace_ms: 1_000 } })
  await send(`POST /${id}/disable`, { as: 'ada' })
  await keyring.audit.recordCall({
    keyId: id,
    loginId: null,
    organizationId: org,
    owner: { type: 'user', id: 'mia', organizationId: org },
    narrowing: { boardType: ['b1'] },
    tool: 'move',
    decision: 'allowed',
    missing: [],
    failed: false,
    durationMs: 3,
  } as never)
  return { ...product, id }
}

/** All names in JSON, but those within what the product or its people named. */
function namesIn(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(namesIn)
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([name, value]) => [
    name,
    ...(['metadata', 'resources', 'narrowing'].includes(name) ? [] : namesIn(value)),
  ])
}

describe('the spelling of names', () => {
  it('is snake case in each answer, also in the data of audit records', async () => {
    const { send, answers, id } = await withHistory()
    for (const request of ['GET /', `GET /${id}`, 'GET /stats', 'GET /catalog', `GET /usage?key_id=${id}`]) {
      expect((await send(request, { as: 'ada' })).status, request).toBe(200)
    }
    await send('GET /audit/export?format=csv', { as: 'ada' })
    const { data } = (await send('GET /audit', { as: 'ada' })).body
    const names = answers.flatMap(({ body }) => namesIn(body))
    expect(names).toEqual(expect.arrayContaining(['organization_id', 'window_ms', 'previous_token_expires_at']))
    expect(names).toEqual(expect.arrayContaining(['duration_ms', 'key_id', 'manage_all']))
    expect(names.filter((name) => !/^[a-z0-9_]+$/.test(name))).toEqual([])

    const dataOf = (type: string) => data.find((record: { type: string }) => record.type === type).data
    expect(dataOf('api_key.settings_changed').after).toEqual({ metadata: { costCenter: { teamName: 'x' } } })
    expect(dataOf('api_key.created').resources).toEqual({ board: { mode: 'specific', levels: { boardOne: 'read' } } })
    expect(dataOf('tool.called').narrowing).toEqual({ boardType: ['b1'] })
  })

  it('is snake case in CSV, in the columns and in data', async () => {
    const { send } = await withHistory()
    const { text } = await send('GET /audit/export?format=csv', { as: 'ada' })
    const [columns, created] = text.split('\r\n')
    expect(columns).toBe('seq,at,type,actor_type,actor_id,key_id,request_id,ip,user_agent,data,audit_key_id,hash')
    expect(created).toContain('""rate_limits"":[{""limit"":5,""window_ms"":1000}]')
    expect(text.replaceAll('costCenter', '').replaceAll('teamName', '')).not.toMatch(/""(expiresAt|windowMs|keyId)""/)
  })

  it.each([
    ['plain', undefined],
    ['with audit keys', { current: 'a1', keys: { a1: Buffer.alloc(32, 3) } }],
  ])('is the keyring’s own in JSON Lines, so that verifyAuditExport checks them: %s', async (_, auditKeys) => {
    const { send } = await withHistory(auditKeys)
    const { text } = await send('GET /audit/export', { as: 'ada' })
    const lines = text.split('\n')
    const options = auditKeys === undefined ? {} : { auditKeys: auditKeys as never }
    expect(await verifyAuditExport(lines, options)).toMatchObject({ ok: true, checkpoint: { seq: lines.length - 1 } })
    const altered = lines.map((line) => line.replace('"windowMs":1000', '"windowMs":1001'))
    expect(await verifyAuditExport(altered, options)).toMatchObject({ ok: false, problem: 'altered' })
  })
})
