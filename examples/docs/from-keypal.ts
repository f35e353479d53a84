import type { ImportInput, Owner } from '@keywright/core'

/** A record of keypal, as its storage keeps it. */
export interface KeypalRecord {
  readonly keyHash: string
  readonly metadata: {
    readonly ownerId: string
    readonly name?: string | undefined
    readonly description?: string | undefined
    readonly scopes?: readonly string[] | undefined
    readonly enabled?: boolean | undefined
    readonly createdAt?: string | undefined
    readonly expiresAt?: string | null | undefined
    readonly revokedAt?: string | null | undefined
  }
}

/** The keys that still work there. */
export function fromKeypal(
  records: readonly KeypalRecord[],
  ownerOf: (ownerId: string) => Owner,
  now: Date,
): ImportInput[] {
  return records.flatMap(({ keyHash, metadata }) => {
    const { ownerId, name, description, scopes = [], enabled, createdAt, expiresAt, revokedAt } = metadata
    const end = expiresAt ? new Date(expiresAt) : null
    if (enabled === false || revokedAt || (end !== null && !(end > now))) return []
    return {
      name: name ?? 'API key',
      description: description ?? null,
      owner: ownerOf(ownerId),
      scopes: [...scopes],
      secret: { format: 'keypal', hash: keyHash },
      entropyBits: 190, // 32 letters and digits, unless you set `length` or `alphabet`
      expiresAt: end,
      createdAt: createdAt === undefined ? undefined : new Date(createdAt),
    }
  })
}
