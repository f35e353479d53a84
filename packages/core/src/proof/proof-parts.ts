import type { KeyBinding } from '../values/index.js'
import type { Presenting } from './presenting.js'
import type { ProofRefusal } from './proof-refusal.js'

/** A request whose token is right, and what its key asks for beside it. */
export interface ProofQuestion {
  readonly keyId: string
  /** `null`: the key is not bound, and its token came as one of a key that is. */
  readonly binding: KeyBinding | null
  readonly token: string
  /** The time, by the store's clock. */
  readonly now: Date
  /** `null`: nothing is known of the request. */
  readonly presenting: Presenting | null
  /** Stands for the request: however often it is verified, its proof is used once. */
  readonly request: object | null
}

/** What a keyring can check of its bound keys. */
export interface Proofs {
  readonly kinds: ReadonlySet<KeyBinding['type']>
  /** The header in which trusted proxies name a certificate, in lower case; `null`: none is read. */
  readonly certificateHeader: string | null
  /** The nonce for a proof to be made now; `null`: none is asked for. */
  nonce(now: Date): string | null
  /** @returns why the request is refused; `null`: it is proven. It rejects where that cannot be known. */
  refusalOf(question: ProofQuestion): Promise<ProofRefusal | null>
}

/** What whoever verifies, or makes keys, needs of it. */
export interface ProofParts {
  readonly proofs: Proofs
}
