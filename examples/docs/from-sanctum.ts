import type { ImportInput, Owner } from '@keywright/core'

/** A row of `personal_access_tokens`, the table of Laravel Sanctum. */
export interface SanctumRow {
  readonly id: number
  readonly tokenable_id: number
  readonly name: string
  readonly token: string
  readonly abilities: string | null
  readonly expires_at: Date | null
  readonly created_at: Date
}

/** The tokens that have not expired. `12|…` goes on working. */
export function fromSanctum(rows: readonly SanctumRow[], ownerOf: (userId: number) => Owner, now: Date): ImportInput[] {
  return rows
    .filter(({ expires_at: end }) => end === null || end > now)
    .map(({ id, tokenable_id: userId, name, token, abilities, expires_at: expiresAt, created_at: createdAt }) => ({
      name,
      owner: ownerOf(userId),
      scopes: JSON.parse(abilities ?? '[]'),
      secret: { format: 'sanctum', hash: token, start: `${id}|` },
      entropyBits: 238, // 40 letters and digits
      preview: `${id}|…`,
      expiresAt,
      createdAt,
    }))
}
