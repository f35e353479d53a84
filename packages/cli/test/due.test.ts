import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migratedSqlite, newFolder, runHere } from './support/cli-world.js'

const config = ['--config', join(import.meta.dirname, 'fixtures/keywright.config.ts')]

/** A key that another product made long ago, and that ends in 20 days. */
async function withOldKey() {
  const { env } = await migratedSqlite()
  const folder = newFolder()
  const expiresAt = new Date(Date.now() + 20 * 86_400_000).toISOString()
  const key = createHash('sha256').update('acme_k3yTh4tWasM4deElsewh3re0123456789abcd').digest('base64url')
  const row = { id: 'ba1', name: 'old', start: 'acme_k', referenceId: 'ada', prefix: 'acme_', key, enabled: true }
  writeFileSync(
    join(folder, 'keys.json'),
    JSON.stringify([{ ...row, expiresAt, createdAt: '2025-01-02T03:04:05.678Z' }]),
  )
  const how = ['--from', 'better-auth', '--organization', 'acme', '--scope', 'tasks.read']
  expect(await runHere(['import', 'keys.json', ...config, ...how], { env, folder })).toMatchObject({ code: 0 })
  const due = (notices: string | undefined, ...more: string[]) =>
    runHere(['due', ...config, ...more], {
      env: { ...env, ...(notices === undefined ? {} : { TEST_NOTICES: notices }) },
    })
  return { due }
}

const none = {
  ...{ dryRun: false, expiring: 0, unused: 0, handed: 0, failed: 0 },
  rotated: 0,
  delivered: 0,
  undelivered: 0,
}

it('tells of a key that expires soon, once (B18)', async () => {
  const { due } = await withOldKey()
  const ask = async (...more: string[]) => JSON.parse((await due('taken', '--json', ...more)).out)
  expect(await ask('--dry-run')).toEqual({ ...none, dryRun: true, expiring: 1 })
  expect((await due('taken', '--dry-run')).out).toBe('Nothing was done. Due: 1 expiring, 0 unused, 0 to rotate.\n')
  expect(await ask()).toEqual({ ...none, expiring: 1, handed: 1 })
  expect(await ask()).toEqual(none)
})

it('exits with 1 where notices are not taken, and says how many', async () => {
  const { due } = await withOldKey()
  expect(await due('refused')).toMatchObject({
    code: 1,
    out: 'Told: 1 expiring, 0 unused. Taken: 0. Not taken, and given again: 1.\nRotated: 0. Delivered: 0.\n',
  })
  expect((await due('taken')).out).toBe('Told: 0 expiring, 0 unused. Taken: 0.\nRotated: 0. Delivered: 0.\n')
})

it('says what is missing where the keyring has no notices', async () => {
  const { due } = await withOldKey()
  const { code, err } = await due(undefined)
  expect(code).toBeGreaterThan(1)
  expect(err).toContain('Option notices must say of which keys to tell')
})
