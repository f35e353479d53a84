import * as api from './orval/api.js'

/** The life of a key, through functions of orval. They ask for paths: here, below an origin. */
export async function live(baseUrl: string): Promise<number[]> {
  const { fetch } = globalThis
  globalThis.fetch = (path, init) => fetch(`${baseUrl}${String(path)}`, init)
  try {
    return await liveHere()
  } finally {
    globalThis.fetch = fetch
  }
}

async function liveHere(): Promise<number[]> {
  const created = await api.createKey(
    { name: 'ci', scopes: ['members.read'], resources: { board: { mode: 'all', level: 'read' } }, expires_at: null },
    { headers: { 'Idempotency-Key': 'three' } },
  )
  if (created.status !== 201) return [created.status]
  const { id, token } = created.data
  if (!token.startsWith('tk_live_')) throw new Error('There is no token.')
  const listed = await api.listKeys({ status: ['active', 'expired'], limit: 10 })
  const got = await api.getKey(id)
  const headers = { 'If-Match': got.headers.get('etag') ?? '' }
  const patched = await api.updateKey(id, { name: 'renamed' }, { headers })
  const stale = await api.updateKey(id, { name: 'lost' }, { headers })
  if (stale.status === 412 && stale.data.version !== 2) throw new Error('No version.')
  const rotated = await api.rotateKey(id, { grace_ms: 1_000 })
  const disabled = await api.disableKey(id, {})
  const enabled = await api.enableKey(id, {})
  const usage = await api.getUsage({ key_id: id })
  const audit = await api.listAudit({ key_id: id })
  const exported = await api.exportAudit({ format: 'csv' })
  const revoked = await api.revokeKey(id, { reason: 'old' })
  const deleted = await api.deleteKey(id, { permanent: 'true' })
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
  return all.map(({ status }) => status)
}
