import type { ImportInput, Owner } from '@keywright/core'

/** A row of the table `apikey` of @better-auth/api-key. */
export interface BetterAuthRow {
  readonly name: string | null
  readonly start: string | null
  readonly referenceId: string
  readonly key: string
  readonly enabled: boolean | null
  readonly permissions: string | null
  readonly expiresAt: Date | null
  readonly createdAt: Date
}

/** The keys that still work there. A key that is switched off stays behind: an import would switch it on. */
export function fromBetterAuth(
  rows: readonly BetterAuthRow[],
  ownerOf: (referenceId: string) => Owner,
  now: Date,
): ImportInput[] {
  return rows
    .filter(({ enabled, expiresAt }) => enabled !== false && (expiresAt === null || expiresAt > now))
    .map(({ name, start, referenceId, key, permissions, expiresAt, createdAt }) => ({
      name: name ?? start ?? 'API key',
      owner: ownerOf(referenceId),
      scopes: scopesOf(permissions),
      secret: { format: 'better-auth', hash: key },
      entropyBits: 364, // 64 letters of 52; of your own `defaultKeyLength` or generator, what that makes
      preview: start === null ? 'imported' : `${start}…`,
      expiresAt,
      createdAt,
    }))
}

/** `{"tasks":["read","move"]}` becomes `tasks.read` and `tasks.move`. */
function scopesOf(permissions: string | null): string[] {
  const byArea: Record<string, string[]> = JSON.parse(permissions ?? '{}') ?? {}
  return Object.entries(byArea).flatMap(([area, actions]) => actions.map((action) => `${area}.${action}`))
}
