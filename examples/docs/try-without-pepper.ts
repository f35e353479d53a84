import { createKeyring, type DoctorFinding, hmacSha256 } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { access } from './access.js'

/** Says what would be lost without the old pepper: opens a keyring that knows the new one alone, and asks its doctor. */
export async function tryWithoutOldPepper(
  store: KeyStore,
  NEW_PEPPER: string | undefined,
): Promise<readonly DoctorFinding[]> {
  const hasher = hmacSha256({ current: 'p2', peppers: { p2: NEW_PEPPER } })
  const trial = createKeyring({ prefix: 'tb', access, store, hasher, resolveOwner: () => null })
  try {
    return (await trial.doctor()).filter(({ code }) => code === 'unreadable_hashes')
  } finally {
    await trial.close()
  }
}
