import { createClient } from './hey-api/client/index.js'
import * as api from './hey-api/sdk.gen.js'

/** The life of a key, through a client of hey-api. */
export async function live(baseUrl: string): Promise<number[]> {
  const client = createClient({ baseUrl })
  const created = await api.createKey({
    client,
    headers: { 'Idempotency-Key': 'two' },
    body: {
      name: 'ci',
      scopes: ['members.read'],
      resources: { board: { mode: 'all', level: 'read' } },
      expires_at: null,
    },
  })
  const { id, token } = created.data ?? { id: '', token: '' }
  if (!token.startsWith('tk_live_')) throw new Error('There is no token.')
  const path = { id }
  const listed = await api.listKeys({ client, query: { status: ['active', 'expired'], limit: 10 } })
  const got = await api.getKey({ client, path })
  const etag = got.response?.headers.get('etag') ?? ''
  const patched = await api.updateKey({ client, path, headers: { 'If-Match': etag }, body: { name: 'renamed' } })
  const stale = await api.updateKey({ client, path, headers: { 'If-Match': etag }, body: { name: 'lost' } })
  if (stale.error !== undefined && 'version' in stale.error && stale.error.version !== 2) throw new Error('No version.')
  const rotated = await api.rotateKey({ client, path, body: { grace_ms: 1_000 } })
  const disabled = await api.disableKey({ client, path })
  const enabled = await api.enableKey({ client, path })
  const usage = await api.getUsage({ client, query: { key_id: id } })
  const audit = await api.listAudit({ client, query: { key_id: id } })
  const exported = await api.exportAudit({ client, query: { format: 'csv' }, parseAs: 'text' })
  const revoked = await api.revokeKey({ client, path, body: { reason: 'old' } })
  const deleted = await api.deleteKey({ client, path, query: { permanent: 'true' } })
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
  return all.map(({ response }) => response?.status ?? 0)
}
