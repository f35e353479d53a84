import { randomUUID } from 'node:crypto'
import { managementApi } from '@keywright/api'
import { createKeyring, defineAccess, fetchGate, hmacSha256, type Keyring, sealer } from '@keywright/core'
import { kyselyStore } from '@keywright/kysely'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { serveHandler } from './support/serve-handler.js'

const access = defineAccess({
  scopes: { 'api_keys.read': 'See keys', 'api_keys.create': 'Create keys', 'tasks.read': 'See tasks' },
})
const dayMs = 86_400_000

const databases = await openDatabases()

describe.each(databases)('rotation by schedule, over HTTP and $name', ({ db, tablePrefix }) => {
  /** A product whose clients take their token from a vault, with its management API and a route behind its keys. */
  async function open() {
    const organizationId = `acme-${randomUUID()}`
    const vault = new Map<string, string>()
    let isBroken = false
    const keyring = createKeyring({
      prefix: 'tk',
      environment: 'live',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
      resolveOwner: 'uncapped',
      manageTimeoutMs: 60_000, // a busy machine takes its time
      rotation: {
        deliver: ({ key, token }) => {
          if (isBroken) throw new Error('the vault is out')
          vault.set(key.id, token.reveal())
        },
        sealer: sealer({ current: 'r1', keys: { r1: Buffer.alloc(32, 6) } }),
      },
    }) as unknown as Keyring // the names of its scopes make no difference here
    onTestFinished(() => keyring.close())
    const api = managementApi(keyring, {
      authenticate: (request) => {
        const id = request.headers.get('x-user')
        return id === null ? null : { actor: { type: 'user', id }, authority: { scopes: ['*'] } }
      },
      organization: () => organizationId,
    })
    const gate = fetchGate(keyring, { scopes: ['tasks.read'] })
    const origin = await serveHandler(async (request, connection) => {
      if (new URL(request.url).pathname.startsWith('/api/api-keys')) return api.fetch(request)
      const verdict = await gate(request, connection)
      return verdict.ok ? verdict.finish(new Response(verdict.principal.token)) : verdict.response
    })
    const owner = { type: 'user', id: 'ada', organizationId } as const
    const { key, token } = await keyring.create({ name: 'ci', owner, scopes: ['tasks.read'] })
    vault.set(key.id, token.reveal())
    const manage = async (method: string, body?: object) => {
      const response = await fetch(`${origin}/api/api-keys/${key.id}/rotation-schedule`, {
        method,
        headers: { 'X-User': 'ada', 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? null : JSON.parse(text) }
    }
    const use = async (text: string) => {
      const response = await fetch(`${origin}/tasks`, { headers: { Authorization: `Bearer ${text}` } })
      return response.ok ? response.text() : response.status
    }
    const rotations = sql.table(`${tablePrefix}api_key_rotations`)
    return {
      ...{ keyring, organizationId, key, manage, use, old: token.reveal() },
      client: () => use(vault.get(key.id) ?? ''),
      /** As if the time had passed. */
      makeDue: () => sql`update ${rotations} set due_at = 1 where key_id = ${key.id}`.execute(db),
      breakVault: (is: boolean) => {
        isBroken = is
      },
    }
  }

  it('ROT-7: who may rotate a key lets a schedule do it, and its client never has a token that does not work', async () => {
    const { keyring, organizationId, key, manage, use, client, old, makeDue, breakVault } = await open()
    expect(await manage('GET')).toEqual({ status: 200, body: { schedule: null } })
    const set = await manage('PUT', { every_ms: 30 * dayMs, grace_ms: dayMs })
    expect(set).toMatchObject({ status: 200, body: { schedule: { every_ms: 30 * dayMs, last_delivered_at: null } } })
    expect([await client(), await use(old)]).toEqual(['current', 'current'])

    await makeDue()
    breakVault(true)
    await keyring.runDue()
    expect(await client()).toBe('previous')
    const waiting = await manage('GET')
    expect(waiting.body.schedule).toMatchObject({ failures: 1, last_delivered_at: null })
    expect(Date.parse(waiting.body.schedule.pending_since)).not.toBeNaN()
    expect(await manage('DELETE')).toMatchObject({ status: 409, body: { key_status: 'delivery_pending' } })

    breakVault(false)
    await makeDue()
    await keyring.runDue()
    expect([await client(), await use(old)]).toEqual(['current', 'previous'])
    const delivered = await manage('GET')
    expect(delivered.body.schedule).toMatchObject({ pending_since: null, failures: 0 })
    expect(Date.parse(delivered.body.schedule.last_delivered_at)).not.toBeNaN()

    expect((await manage('DELETE')).status).toBe(204)
    await makeDue()
    expect(await keyring.rotationOf(key.id)).toBeNull()
    const { records } = await keyring.audit.list({ organizationId, keyId: key.id })
    expect(
      records
        .map(({ type, actor }) => [type, actor.id])
        .reverse()
        .slice(1),
    ).toEqual([
      ['api_key.rotation_scheduled', 'ada'],
      ['api_key.rotated', 'rotation'],
      ['api_key.delivered', 'rotation'],
      ['api_key.rotation_scheduled', 'ada'],
    ])
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
  })

  it('ROT-7: requests at once leave one schedule, and each change has its record', async () => {
    const { keyring, organizationId, key, manage } = await open()
    const days = [7, 14, 30, 60]
    const all = await Promise.all(days.map((every) => manage('PUT', { every_ms: every * dayMs, grace_ms: 0 })))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { records } = await keyring.audit.list({ organizationId, type: 'api_key.rotation_scheduled' })
    expect(records).toHaveLength(4)
    // Each begins with what the one before it left.
    const [last, ...before] = records.map(({ data }) => data)
    expect(last?.after).toEqual({ everyMs: (await keyring.rotationOf(key.id))?.everyMs, graceMs: 0 })
    expect(records.map(({ data }) => data.before)).toEqual([...before.map(({ after }) => after), null])
  })
})
