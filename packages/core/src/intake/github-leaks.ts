import { type KeyObject, verify } from 'node:crypto'
import type { Access } from '../access/index.js'
import { checkNames, type NamesOf } from '../check/index.js'
import type { Keyring } from '../keyring/index.js'
import { problem } from './answers.js'
import { answerFindings, type FindingTerms, parseFindings } from './findings.js'
import { type GithubKeySource, githubKeys, isKeyId } from './github-keys.js'
import { type LeakEndpointOptions, readLeakEndpoint } from './leak-options.js'
import { readBytes, textOf } from './read-bytes.js'

/** Options of {@link githubLeaks}. */
export interface GithubLeaksOptions extends LeakEndpointOptions, GithubKeySource {}

const optionNames: NamesOf<GithubLeaksOptions> = {
  action: true,
  maxBytes: true,
  onError: true,
  publicKeys: true,
  fetch: true,
}

/** Answers a report of leaked tokens. Never rejects. */
export type LeakHandler = (request: Request) => Promise<Response>

/**
 * Makes the endpoint to which GitHub's secret scanning partner program sends the tokens that it finds in public. It checks the
 * signature over the body as it came, ends the key of each token that is one of yours, and answers for those alone, as
 * `true_positive`. A report that comes again changes nothing.
 *
 * @param keyring - The keyring whose tokens are searched for.
 * @param options - `publicKeys` pins the keys of GitHub; or `fetch` fetches them.
 * @returns a Fetch handler. `nodeListener` of `@keywright/api` serves it on `node:http` and Express.
 * @throws {@link InvalidOptions} that names the option, if one is wrong.
 * @see {@link https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program/secret-scanning-partner-program | Partner program}
 *
 * @example
 * ```ts
 * const leaks = githubLeaks(keyring, { fetch, onError: console.error })
 * app.post('/leaks/github', (c) => leaks(c.req.raw)) // Hono
 * ```
 */
export function githubLeaks<A extends Access>(keyring: Keyring<A>, options: GithubLeaksOptions): LeakHandler {
  checkNames(options, optionNames, { defined: ['action', 'publicKeys', 'fetch'] })
  const untyped = keyring as unknown as Keyring // the names of its scopes make no difference here
  const { action, maxBytes, report } = readLeakEndpoint(untyped, options)
  const findKey = githubKeys(options)
  const actor = { type: 'system', id: 'github_secret_scanning' } as const
  const terms: FindingTerms = { keyring: untyped, action, actor, reporter: 'github' }
  return async (request) => {
    if (request.method !== 'POST') return problem('method_not_allowed', { Allow: 'POST' })
    try {
      // Each of these ends garbage before the next one costs anything.
      const signature = signatureOf(request)
      const key = signature === null ? null : await findKey(signature.keyId)
      if (signature === null || key === null) return problem('signature_invalid')
      const body = await readBytes(request, maxBytes)
      if (body === null) return problem('body_too_large')
      if (!isSigned(body, key, signature.bytes)) return problem('signature_invalid')
      const findings = parseFindings(textOf(body) ?? '')
      return findings === null ? problem('malformed_body') : await answerFindings(terms, findings)
    } catch (error) {
      report(error)
      return problem('unavailable')
    }
  }
}

interface Signature {
  readonly keyId: string
  readonly bytes: Uint8Array
}

function signatureOf({ headers }: Request): Signature | null {
  const keyId = headers.get('github-public-key-identifier') ?? ''
  const text = headers.get('github-public-key-signature') ?? ''
  // An ECDSA signature on P-256 has at most 72 bytes as DER.
  if (!isKeyId(keyId) || !/^[0-9A-Za-z+/]{8,96}={0,2}$/.test(text)) return null
  return { keyId, bytes: Buffer.from(text, 'base64') }
}

function isSigned(body: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify('sha256', body, key, signature)
  } catch {
    return false // what is no signature at all
  }
}
