import { createKeyring, defineAccess, hmacSha256, type Keyring, type KeyStore, sealer } from '@keywright/core'

const access = defineAccess({ scopes: { 'members.read': 'View members' } })
const peppers = { p1: 'first pepper, of 32 bytes or more', p2: 'second pepper, of 32 bytes or so' }
const sealKeys = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) }

/** Which secrets a process was started with. */
export interface Secrets {
  /** The first is the current one. @defaultValue `['p1']` */
  readonly pepperIds?: readonly (keyof typeof peppers)[]
  /** The first is the current one. @defaultValue `['k1']` */
  readonly sealKeyIds?: readonly (keyof typeof sealKeys)[]
  readonly auditKey?: string
  /** Told of each token that is made, before anything is stored. */
  readonly onToken?: (token: string) => void
}

/** A keyring with all that protects it from whoever has its database. */
export function securedKeyring(store: KeyStore, secrets: Secrets = {}): Keyring<typeof access> {
  const { pepperIds = ['p1'], sealKeyIds = ['k1'], onToken = () => {}, ...rest } = secrets
  const named = <T>(all: Record<string, T>, ids: readonly string[]) =>
    Object.fromEntries(ids.map((id) => [id, all[id] as T])) // the ids are names of it
  const hasher = hmacSha256({ current: String(pepperIds[0]), peppers: named<string>(peppers, pepperIds) })
  return createKeyring({
    prefix: 'tk',
    environment: 'live',
    access,
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
  })
}
