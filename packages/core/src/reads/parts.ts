import type { Access } from '../access/index.js'
import type { Hasher, ImportSettings, Sealer, TokenFormat } from '../crypto/index.js'
import type { PepperCheck } from '../outage/index.js'
import type { Plans } from '../plans/index.js'
import type { RequestLimits } from '../rates/index.js'
import type { KeyStore } from '../store/index.js'
import type { UsageBuffer } from '../usage/index.js'

/** What reading keys needs. */
export interface ReadParts {
  readonly store: Pick<KeyStore, 'find' | 'list' | 'count'>
  /** Signs cursors. */
  readonly hasher: Hasher
  readonly format: TokenFormat
  readonly access: Access
  /** The environment that a key belongs to now, by the one that is stored with it. */
  readonly environmentOf: ReadonlyMap<string | null, string | null>
  readonly plans: Pick<Plans, 'of'>
}

/** What an examination looks at. */
export interface DoctorParts {
  readonly access: Access
  readonly store: Pick<KeyStore, 'inspect' | 'list'>
  readonly hasher: Hasher
  readonly imports: ImportSettings | null
  readonly reveal: { readonly sealer: Sealer } | null
  readonly peppers: Pick<PepperCheck, 'findWrong'>
  readonly plans: Pick<Plans, 'of' | 'holdPolicy'>
}

/** What it takes to say what an organisation may ask of a creation. */
export interface CapabilityParts {
  readonly store: Pick<KeyStore, 'stats' | 'now'>
  readonly environment: string | null
  /** The namespace of each environment that may be issued. */
  readonly namespaceOf: ReadonlyMap<string | null, string>
  readonly reveal: { covers(environment: string | null): boolean } | null
  readonly plans: Pick<Plans, 'of'>
  /** Whether the store keeps accounts. */
  readonly keepsBudgets: boolean
  readonly rateLimits: Pick<RequestLimits, 'standard'>
}

/** What counting keys and their uses needs. */
export interface StatsParts {
  readonly store: Pick<KeyStore, 'stats' | 'listUsage' | 'listKeyUsage' | 'listRefusals' | 'topKeys' | 'find' | 'now'>
  readonly usage: Pick<UsageBuffer, 'flush'>
  readonly format: TokenFormat
}
