import { defineAccess, type Owner } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { instrument } from '@keywright/otel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { collector } from '../../packages/otel/test/collector.js'
import { connect, mcpEndpoint } from './support/mcp-endpoint.js'
import { sqliteFile } from './support/sqlite-file.js'

const access = defineAccess({ scopes: { 'files.read': 'See files', 'files.write': 'Change files' } })
const owner: Owner = { type: 'user', id: 'u1', organizationId: 'acme' }
const input = { name: 'ci', owner, scopes: ['files.read'] } as const

/** What was counted of a name: other series stand at 0 from the start, so that the first event of each is an increase. */
const counted = async (telemetry: ReturnType<typeof collector>, name: string) =>
  (await telemetry.points(name)).filter(({ value }) => value !== 0)

/** A product over SQLite with a route and an MCP endpoint, on the SDK of OpenTelemetry. */
async function product() {
  const telemetry = collector()
  onTestFinished(telemetry.close)
  const host = { prefix: 'tk', access, resolveOwner: () => ({ scopes: ['*'] }), onEvent: () => {} }
  const opened = await (await sqliteFile()).open(host)
  const keyring = instrument(opened.keyring, telemetry.options)
  const auth = createMcpAuth(keyring)
  const origin = await mcpEndpoint(
    auth,
    (server) => {
      server.registerTool(
        'read_files',
        {},
        scoped({ scopes: ['files.read'] }, () => ({ content: [{ type: 'text', text: 'files' }] })),
      )
    },
    (app) => {
      app.use((_req, _res, next) => {
        telemetry.tracer.startActiveSpan('request', (span) => {
          next()
          span.end()
        })
      })
      app.get('/files', requireKey(keyring, { scopes: ['files.read'] }), (_req, res) => void res.json([]))
    },
  )
  const get = async (token: string) =>
    (await fetch(`${origin}/files`, { headers: { authorization: `Bearer ${token}` } })).status
  return { ...opened, keyring, telemetry, origin, get }
}

describe('OpenTelemetry', () => {
  it('B23: counts and times what a guard and an MCP server verify, by outcome, and traces it below the request', async () => {
    const { keyring, telemetry, origin, get } = await product()
    const { key, token } = await keyring.create(input)
    expect(await get(token.reveal())).toBe(200)
    const ofGuard = telemetry.spans().filter(({ name }) => name === 'keywright.verify')
    expect(ofGuard).toHaveLength(1)
    const request = telemetry.spans().find(({ name }) => name === 'request')
    expect(ofGuard[0]?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
    expect(ofGuard[0]?.attributes).toMatchObject({ 'keywright.key.id': key.id, 'keywright.organization.id': 'acme' })

    const client = await connect(`${origin}/mcp`, token.reveal())
    expect(await client.call('read_files')).toBe('files')
    const passed = await counted(telemetry, 'keywright.verifications')
    expect(passed).toEqual([{ attributes: { 'keywright.outcome': 'ok' }, value: expect.any(Number) }])
    expect(passed[0]?.value).toBeGreaterThan(2) // the route, and each request of the MCP client
    expect(await telemetry.points('keywright.verification.duration')).toEqual(passed)

    await keyring.revoke(key.id)
    expect(await get(token.reveal())).toBe(401)
    expect(await client.call('read_files')).toContain('api_key_revoked')
    const refused = (await counted(telemetry, 'keywright.verifications')).slice(1)
    expect(refused.map(({ attributes }) => attributes)).toEqual([{ 'keywright.outcome': 'api_key_revoked' }])
    expect(refused[0]?.value).toBeGreaterThan(1)
    expect(await counted(telemetry, 'keywright.key.changes')).toEqual(
      ['api_key.created', 'api_key.revoked'].map((type) => ({ attributes: { 'keywright.change': type }, value: 1 })),
    )
    const emitted = JSON.stringify([await telemetry.metrics(), telemetry.spans().map((span) => span.attributes)])
    expect(emitted).not.toContain(token.reveal().slice(-20))
    expect(JSON.stringify(await telemetry.metrics())).not.toContain(key.id)
  })

  it('B23: measures what is done within a transaction of the host', async () => {
    const { keyring, db, telemetry } = await product()
    const id = await db.transaction().execute(async (trx) => {
      const keys = keyring.inTransaction(trx)
      const { key } = await keys.create(input)
      await expect(keys.enable('a1B2c3D4e5F6')).rejects.toMatchObject({ code: 'key_not_found' })
      return key.id
    })
    expect((await telemetry.points('keywright.operation.duration')).map(({ attributes }) => attributes)).toEqual([
      { 'keywright.operation': 'create' },
      { 'keywright.operation': 'enable', 'error.type': 'key_not_found' },
    ])
    expect(telemetry.spans().map(({ name, attributes }) => [name, attributes['keywright.key.id']])).toEqual([
      ['keywright.create', id],
      ['keywright.enable', undefined],
    ])
    expect(await counted(telemetry, 'keywright.key.changes')).toHaveLength(1)
  })

  it('B23: tells the beginning and the end of an outage of the database', async () => {
    const { keyring, db, telemetry, get } = await product()
    const { token } = await keyring.create(input)
    expect(await get(token.reveal())).toBe(200)
    const rename = (from: string, to: string) => db.schema.alterTable(from).renameTo(to).execute()
    await rename('api_keys', 'api_keys_away')
    expect(await get(token.reveal())).toBe(503)
    const attributes = { 'keywright.reason': 'store' }
    expect(await counted(telemetry, 'keywright.outage.open')).toEqual([{ attributes, value: 1 }])
    await rename('api_keys_away', 'api_keys')
    await expect.poll(() => get(token.reveal())).toBe(200)
    await expect.poll(() => telemetry.points('keywright.outage.open')).toContainEqual({ attributes, value: 0 })
    expect(await counted(telemetry, 'keywright.outages')).toEqual([{ attributes, value: 1 }])
  })
})
