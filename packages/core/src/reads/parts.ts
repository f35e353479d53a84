import type { Hasher, TokenFormat } from '../crypto/index.js'
import type { KeyStore } from '../store/index.js'
import type { UsageBuffer } from '../usage/index.js'

/** What reading keys needs. */
export interface ReadParts {
  readonly store: Pick<KeyStore, 'find' | 'list'>
  /** Signs cursors. */
  readonly hasher: Hasher
  readonly format: TokenFormat
}

/** What counting keys and their uses needs. */
export interface StatsParts {
  readonly store: Pick<KeyStore, 'stats' | 'listUsage' | 'now'>
  readonly usage: Pick<UsageBuffer, 'flush'>
  readonly format: TokenFormat
}
