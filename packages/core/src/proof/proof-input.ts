import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { isRecord } from '../values/index.js'
import type { Presenting } from './presenting.js'

/** What came with a token, for keys that are bound: a DPoP proof and its request, or the thumbprint of a certificate. */
export interface ProofInput {
  /** The value of the `DPoP` header. Needs `method` and `url`. */
  readonly dpop?: string | undefined
  /** The method of the request, such as `GET`. */
  readonly method?: string | undefined
  /** The target of the request: its path, or its URL. */
  readonly url?: string | undefined
  /**
   * The SHA-256 thumbprint of the client's certificate, in base64url or hexadecimal digits. It is believed: give what your TLS server
   * says, never what the client says.
   */
  readonly certificateThumbprint?: string | undefined
}

const names: NamesOf<ProofInput> = { dpop: true, method: true, url: true, certificateThumbprint: true }

/** @throws {@link InvalidInput}, naming the field. */
export function presentingGiven(input: unknown): Presenting | null {
  if (input === undefined) return null
  if (!isRecord(input)) throw new InvalidInput('proof', 'an object such as { dpop, method, url }')
  checkNames(input, names, { at: 'proof', Invalid: InvalidInput })
  const { dpop, method, url = '', certificateThumbprint } = input
  for (const [name, value] of Object.entries({ dpop, method, url, certificateThumbprint })) {
    if (value !== undefined && typeof value !== 'string') throw new InvalidInput(`proof.${name}`, 'a string')
  }
  if (dpop !== undefined && (method === undefined || url === '')) {
    throw new InvalidInput('proof', 'with the method and the url of the request, beside dpop')
  }
  const listed = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : [])
  const presented = {
    method: listed(method)[0],
    url: listed(url)[0] ?? '',
    proofs: listed(dpop),
    certificates: listed(certificateThumbprint),
  }
  return { scheme: null, read: () => presented }
}
