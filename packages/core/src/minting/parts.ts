import type { TokenFactory, TokenFormat } from '../crypto/index.js'
import type { DelegationParts } from '../delegation/index.js'
import type { PepperCheck } from '../outage/index.js'
import type { KeyringEvent } from '../verify/index.js'

/** What the making of a delegated token needs. */
export interface MintingParts extends Pick<DelegationParts, 'access' | 'store' | 'environmentOf' | 'delegates'> {
  readonly environment: string | null
  readonly format: Pick<TokenFormat, 'namespaces'>
  readonly tokens: Pick<TokenFactory, 'newId'>
  readonly peppers: Pick<PepperCheck, 'run'>
  readonly emit: (event: KeyringEvent) => void
}
