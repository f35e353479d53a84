import { expect, it } from 'vitest'
import { kyselyStore } from '../src/index.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { keyringOnFile, sqliteFile } from './sqlite-file.js'

const { organizationId } = owner

/** A key that was revoked after the backup was made, and a keyring on the backup. */
async function restored() {
  const { keyring, raw } = await keyringOnFile()
  const { key, token } = await keyring.create(input)
  const backup = sqliteFile()
  raw.exec(`vacuum into '${backup.path}'`)
  await keyring.revoke(key.id)
  const kept = await keyring.audit.verify({ organizationId })
  if (!kept.ok) expect.unreachable()
  return { key, token, checkpoint: kept.checkpoint, ...keyringOver(kyselyStore(backup.open().db)) }
}

it('a restored backup makes a revoked key valid again, and an external checkpoint reveals it (FI-40)', async () => {
  const { keyring, token, checkpoint } = await restored()
  expect((await keyring.verify(token.reveal())).ok).toBe(true)
  expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
  expect(await keyring.audit.verify({ organizationId, checkpoint })).toMatchObject({ ok: false, problem: 'truncated' })
})

it('a restored backup is safe once all its keys are disabled, and each works again when it is enabled (FI-40)', async () => {
  const { keyring, key, token } = await restored()
  let cursor: string | null = null
  do {
    const page = await keyring.list({ status: 'active', limit: 100, ...(cursor === null ? {} : { cursor }) })
    for (const { id } of page.keys) await keyring.disable(id)
    cursor = page.nextCursor
  } while (cursor !== null)
  expect(await keyring.verify(token.reveal())).toMatchObject({ refusal: { code: 'api_key_disabled' } })
  await keyring.enable(key.id)
  expect((await keyring.verify(token.reveal())).ok).toBe(true)
})
