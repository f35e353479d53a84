import type { ImportInput, Owner } from '@keywright/core'

/** A row of a table of your own, in which `hash` is the hexadecimal SHA-256 of the whole token. */
export interface OwnRow {
  readonly label: string
  readonly hash: string
  readonly userId: string
  readonly createdAt: Date
}

/** What each row becomes. Grants are those that a key of that time had: what it could do, and no more. */
export function fromTable(rows: readonly OwnRow[], ownerOf: (userId: string) => Owner): ImportInput[] {
  return rows.map(({ label, hash, userId, createdAt }) => ({
    name: label,
    owner: ownerOf(userId),
    preset: 'read-only',
    secret: { format: 'sha256-hex', hash },
    entropyBits: 256, // of 32 random bytes: say what your tokens were made of
    createdAt,
  }))
}
