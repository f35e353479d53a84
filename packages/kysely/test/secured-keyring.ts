import { type AuditKeyRing, hmacSha256, type Keyring, sealer } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
// Not through the index, which loads Vitest: child processes use this file, too.
import { type testAccess, testKeyring, testPeppers } from '../../testkit/src/test-keyring.js'

const sealKeys = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) }

/** The secrets that a process was started with. */
export interface Secrets {
  /** The first is the current one. @defaultValue `['p1']` */
  readonly pepperIds?: readonly (keyof typeof testPeppers)[]
  /** The first is the current one. @defaultValue `['k1']` */
  readonly sealKeyIds?: readonly (keyof typeof sealKeys)[]
  readonly auditKeys?: AuditKeyRing
  /** Called with each new token, before anything is stored. */
  readonly onToken?: (token: string) => void
}

/** A keyring with everything that protects it from an attacker who has its database. */
export function securedKeyring(store: KeyStore, secrets: Secrets = {}): Keyring<typeof testAccess> {
  const { pepperIds = ['p1'], sealKeyIds = ['k1'], onToken = () => {}, ...rest } = secrets
  const named = <T>(all: Record<string, T>, ids: readonly string[]) =>
    Object.fromEntries(ids.map((id) => [id, all[id] as T])) // the ids are names of it
  const hasher = hmacSha256({ current: String(pepperIds[0]), peppers: named<string>(testPeppers, pepperIds) })
  return testKeyring({
    store,
    hasher: {
      ...hasher,
      hash: (hashed) => {
        onToken(hashed.token)
        return hasher.hash(hashed)
      },
    },
    resolveOwner: 'uncapped',
    reveal: sealer({ current: String(sealKeyIds[0]), keys: named<Uint8Array>(sealKeys, sealKeyIds) }),
    ...rest,
  }).keyring
}
