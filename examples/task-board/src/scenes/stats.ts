import type { Stage } from '../stage.js'

/** What happened to all the keys above, and how often they passed. */
export async function stats({ keyring, passed, attempt }: Stage): Promise<void> {
  const { lastCallAt, ...counts } = await keyring.stats({ organizationId: 'acme' })
  const count = (what: string, field: keyof typeof counts, expected: number) =>
    attempt(what, `keyring.stats: ${field}`, String(expected), async () => String(counts[field]))

  await count('all keys ever created', 'totalCreated', 20)
  await count('of these active', 'active', 14)
  await count('disabled', 'disabled', 2)
  await count('expired', 'expired', 1)
  await count('revoked', 'revoked', 2)
  await count('calls in the last 24 hours', 'callsLast24h', passed())
  await attempt('the last call', 'keyring.stats: lastCallAt', 'a moment ago', async () => {
    const isRecent = lastCallAt !== null && Date.now() - lastCallAt.getTime() < 10_000
    return isRecent ? 'a moment ago' : String(lastCallAt?.toISOString())
  })
}
