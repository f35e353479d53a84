import { type Hasher, hmacSha256 } from '@keywright/core'

/** Step 1: every process knows both peppers. Step 2: `current` is the new one. */
export function hasherOfStep(
  step: 1 | 2,
  { OLD_PEPPER, NEW_PEPPER }: Readonly<Record<string, string | undefined>>,
): Hasher {
  return hmacSha256({ current: step === 1 ? 'p1' : 'p2', peppers: { p1: OLD_PEPPER, p2: NEW_PEPPER } })
}
