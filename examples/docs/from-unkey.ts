import type { ImportInput, Owner } from '@keywright/core'

/** A key as `apis.listKeys` of Unkey gives it, with `decrypt: true`. */
export interface UnkeyKey {
  readonly start: string
  readonly enabled: boolean
  readonly name?: string | undefined
  readonly createdAt: number
  readonly expires?: number | undefined
  readonly permissions?: readonly string[] | undefined
  readonly identity?: { readonly externalId: string } | undefined
  /** Of a recoverable key alone. */
  readonly plaintext?: string | undefined
}

/** The keys that still work there, and whose token or hash you have. */
export function fromUnkey(
  keys: readonly UnkeyKey[],
  {
    ownerOf,
    hashOf,
    now,
  }: {
    readonly ownerOf: (externalId: string | undefined) => Owner
    /** The column `hash` of your own installation; `undefined` where you have none. */
    readonly hashOf: (key: UnkeyKey) => string | undefined
    readonly now: Date
  },
): ImportInput[] {
  return keys.flatMap((key) => {
    const { start, enabled, name, createdAt, expires, permissions = [], identity, plaintext } = key
    const hash = hashOf(key)
    if (!enabled || (expires !== undefined && expires <= now.getTime())) return []
    if (plaintext === undefined && hash === undefined) return []
    return {
      name: name ?? start,
      owner: ownerOf(identity?.externalId),
      scopes: [...permissions],
      secret: plaintext === undefined ? { format: 'unkey', hash: hash ?? '' } : { token: plaintext },
      entropyBits: 128, // 16 bytes, unless you created keys with another `byteLength`
      preview: `${start}…`,
      expiresAt: expires === undefined ? null : new Date(expires),
      createdAt: new Date(createdAt),
    }
  })
}
