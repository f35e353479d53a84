import { setTimeout as sleep } from 'node:timers/promises'
import { mia } from '../people.js'
import type { Stage } from '../stage.js'

const readOnly = { owner: mia, preset: 'read-only' } as const
const expired = '401 api_key_expired'
const invalid = '401 api_key_invalid'

/** Disabled, enabled, expired, revoked, deleted: each takes effect on the next request. */
export async function lifeOfAKey({ keyring, visit }: Stage): Promise<void> {
  const paused = await keyring.create({ ...readOnly, name: 'nightly export' })
  await keyring.disable(paused.key.id)
  await visit('a disabled key', 'GET /members', '401 api_key_disabled', { token: paused.token })
  await keyring.enable(paused.key.id)
  await visit('the same key, enabled again', 'GET /members', '200', { token: paused.token })
  await keyring.disable(paused.key.id)

  const expiresAt = new Date(Date.now() + 200)
  const brief = await keyring.create({ ...readOnly, name: 'brief', expiresAt })
  await sleep(expiresAt.getTime() - Date.now() + 50)
  await visit('an expired key', 'GET /boards', expired, { token: brief.token })

  const lost = await keyring.create({ ...readOnly, name: 'lost laptop' })
  const old = await keyring.create({ ...readOnly, name: 'old laptop' })
  await keyring.revoke(lost.key.id, { reason: 'left in a taxi' })
  await visit('a revoked key', 'GET /boards', '401 api_key_revoked', { token: lost.token })
  await keyring.delete(old.key.id)
  await visit('a deleted key', 'GET /boards', invalid, { token: old.token })
}

/** A new token, while the clients still hold the old one. */
export async function rotation({ keyring, visit }: Stage): Promise<void> {
  const { key, token: old } = await keyring.create({ ...readOnly, name: 'deployments' })
  const { key: rotated, token } = await keyring.rotate(key.id, { graceMs: 500 })
  await visit('a rotated key, with its new token', 'GET /boards', '200', { token })
  await visit('the token before, in its grace', 'GET /boards', '200', { token: old })
  await sleep((rotated.previousTokenExpiresAt?.getTime() ?? 0) - Date.now() + 50)
  await visit('the token before, too late', 'GET /boards', invalid, { token: old })
  await visit('the new token', 'GET /boards', '200', { token })
}
