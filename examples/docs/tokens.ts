import { createKeyring, hmacSha256, type Keyring, type ResolveOwner, sealer } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { access } from './access.js'

/** The secrets of the process: none of them is in the database. */
export interface Secrets {
  readonly KEYWRIGHT_PEPPER?: string | undefined
  readonly KEY_SEAL?: string | undefined
}

/** Opens the keyring of one environment. Test keys can be shown again, live keys cannot. */
export function openKeyring(
  { store, resolveOwner }: { store: KeyStore; resolveOwner: ResolveOwner },
  environment: 'live' | 'test',
  { KEYWRIGHT_PEPPER, KEY_SEAL }: Secrets,
): Keyring<typeof access> {
  return createKeyring({
    prefix: 'tb',
    environment, // tb_live_… or tb_test_…
    environments: ['live', 'test'],
    access,
    store,
    resolveOwner,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: KEYWRIGHT_PEPPER } }),
    reveal: { sealer: sealer({ current: 's1', keys: { s1: KEY_SEAL } }), environments: ['test'] },
  })
}
