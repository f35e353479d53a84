import createClient from 'openapi-fetch'
import type { components, paths } from './openapi-typescript/schema.js'

/** The life of a key, through a client of openapi-fetch with the types of openapi-typescript. */
export async function live(baseUrl: string): Promise<number[]> {
  const client = createClient<paths>({ baseUrl })
  const created = await client.POST('/api/api-keys', {
    params: { header: { 'Idempotency-Key': 'one' } },
    body: {
      name: 'ci',
      scopes: ['members.read'],
      resources: { board: { mode: 'all', level: 'read' } },
      expires_at: null,
    },
  })
  const { id, token } = created.data as components['schemas']['KeyWithToken'] // the status is checked by the caller
  if (!token.startsWith('tk_live_')) throw new Error('There is no token.')
  const path = { id }
  const listed = await client.GET('/api/api-keys', { params: { query: { status: ['active', 'expired'], limit: 10 } } })
  const got = await client.GET('/api/api-keys/{id}', { params: { path } })
  const etag = got.response.headers.get('etag') ?? ''
  const patched = await client.PATCH('/api/api-keys/{id}', {
    params: { path, header: { 'If-Match': etag } },
    body: { name: 'renamed' },
  })
  const stale = await client.PATCH('/api/api-keys/{id}', {
    params: { path, header: { 'If-Match': etag } },
    body: { name: 'lost' },
  })
  // The types of errors tell which status has which members.
  if (stale.error !== undefined && 'version' in stale.error && stale.error.version !== 2) throw new Error('No version.')
  const rotated = await client.POST('/api/api-keys/{id}/rotate', { params: { path }, body: { grace_ms: 1_000 } })
  const disabled = await client.POST('/api/api-keys/{id}/disable', { params: { path } })
  const enabled = await client.POST('/api/api-keys/{id}/enable', { params: { path } })
  const usage = await client.GET('/api/api-keys/usage', { params: { query: { key_id: id } } })
  const audit = await client.GET('/api/api-keys/audit', { params: { query: { key_id: id } } })
  const exported = await client.GET('/api/api-keys/audit/export', {
    params: { query: { format: 'csv' } },
    parseAs: 'text',
  })
  const revoked = await client.POST('/api/api-keys/{id}/revoke', { params: { path }, body: { reason: 'old' } })
  const deleted = await client.DELETE('/api/api-keys/{id}', { params: { path, query: { permanent: 'true' } } })
  const all = [
    created,
    listed,
    got,
    patched,
    stale,
    rotated,
    disabled,
    enabled,
    usage,
    audit,
    exported,
    revoked,
    deleted,
  ]
  return all.map(({ response }) => response.status)
}
