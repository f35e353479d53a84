import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import { type BaseUrl, readBaseUrls } from './base-urls.js'
import { type Nonces, noNonces, nonces } from './nonces.js'

/** The signatures that proofs may have: with public keys only. */
export type DpopAlgorithm = (typeof algorithmNames)[number]

const algorithmNames = [
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const

/** Which proofs are accepted. */
export interface DpopProofsOptions {
  /**
   * Where clients reach this API: `https://api.example.com`, with the path in front of what this server sees, if a proxy takes one off. A
   * proof names its URL, and what a request says of its own host is no evidence. Behind several names, give each.
   */
  readonly baseUrls: readonly string[]
  /** The signatures that proofs may have. @defaultValue ['ES256', 'ES384', 'Ed25519', 'EdDSA'] */
  readonly algorithms?: readonly DpopAlgorithm[] | undefined
  /** How old a proof may be: whole seconds, in milliseconds, 1000 to 600000. @defaultValue 60000 */
  readonly maxAgeMs?: number | undefined
  /** How far the clock of a client may be off: whole seconds, in milliseconds, 0 to 60000. @defaultValue 5000 */
  readonly clockToleranceMs?: number | undefined
  /** Asks for a nonce of this server in each proof, so that none can be made in advance. @defaultValue proofs need no nonce */
  readonly nonce?: DpopNonceOptions | undefined
}

/** How nonces are made. */
export interface DpopNonceOptions {
  /** Secrets of at least 32 bytes, the same in each process: the first one makes nonces, and all are accepted. */
  readonly secrets: readonly string[]
  /** How long a nonce is given out: whole seconds, in milliseconds, 1000 to 3600000. It is accepted for as long again. @defaultValue 300000 */
  readonly lifetimeMs?: number | undefined
}

const names: NamesOf<DpopProofsOptions> = {
  baseUrls: true,
  algorithms: true,
  maxAgeMs: true,
  clockToleranceMs: true,
  nonce: true,
}
const nonceNames: NamesOf<DpopNonceOptions> = { secrets: true, lifetimeMs: true }
const usual: readonly DpopAlgorithm[] = ['ES256', 'ES384', 'Ed25519', 'EdDSA']

/** {@link DpopProofsOptions}, read. */
export interface DpopTerms {
  readonly baseUrls: readonly BaseUrl[]
  readonly algorithms: readonly DpopAlgorithm[]
  readonly maxAgeSeconds: number
  readonly toleranceSeconds: number
  readonly nonces: Nonces
}

/** @throws {@link InvalidOptions}, naming the option. */
export function readOptions(options: DpopProofsOptions): DpopTerms {
  checkNames(options, names)
  const { baseUrls, algorithms = usual, maxAgeMs = 60_000, clockToleranceMs = 5_000, nonce } = options
  return Object.freeze({
    baseUrls: readBaseUrls(baseUrls),
    algorithms: readAlgorithms(algorithms),
    maxAgeSeconds: wholeSeconds(maxAgeMs, 'maxAgeMs', { least: 1_000, most: 600_000 }),
    toleranceSeconds: wholeSeconds(clockToleranceMs, 'clockToleranceMs', { least: 0, most: 60_000 }),
    nonces: nonce === undefined ? noNonces : readNonce(nonce),
  })
}

function readAlgorithms(value: unknown): readonly DpopAlgorithm[] {
  const isKnown = (name: unknown): name is DpopAlgorithm => algorithmNames.some((known) => known === name)
  if (Array.isArray(value) && value.length > 0 && value.every(isKnown)) return Object.freeze([...value])
  throw new InvalidOptions('algorithms', `a list of some of ${algorithmNames.join(', ')}`)
}

function wholeSeconds(value: unknown, field: string, range: { readonly least: number; readonly most: number }): number {
  const ms = wholeNumber(value, field, range)
  if (ms % 1_000 === 0) return ms / 1_000
  throw new InvalidOptions(field, 'a whole number of seconds, in milliseconds: proofs tell their time in seconds')
}

function readNonce(value: unknown): Nonces {
  checkNames(value, nonceNames, { at: 'nonce' })
  const { secrets, lifetimeMs = 300_000 } = value as Partial<Record<string, unknown>> // both are checked here
  const isSecret = (one: unknown): one is string => typeof one === 'string' && Buffer.byteLength(one) >= 32
  if (!Array.isArray(secrets) || secrets.length === 0 || !secrets.every(isSecret)) {
    const message =
      'Option nonce.secrets must be a list of secrets of at least 32 bytes, the current one first. Make one with: openssl rand -base64 32'
    throw new InvalidOptions('nonce.secrets', 'a list of secrets of at least 32 bytes', message)
  }
  const seconds = wholeSeconds(lifetimeMs, 'nonce.lifetimeMs', { least: 1_000, most: 3_600_000 })
  return nonces(secrets, seconds * 1_000)
}
