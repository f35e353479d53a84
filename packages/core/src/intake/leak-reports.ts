import { createHash } from 'node:crypto'
import type { Access } from '../access/index.js'
import { checkNames, type NamesOf, parseSecrets } from '../check/index.js'
import { sameBytes } from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { Keyring } from '../keyring/index.js'
import { problem } from './answers.js'
import { answerFindings, type FindingTerms, parseFindings } from './findings.js'
import type { LeakHandler } from './github-leaks.js'
import { type LeakEndpointOptions, readLeakEndpoint } from './leak-options.js'
import { readBytes, textOf } from './read-bytes.js'

/** Options of {@link leakReports}. */
export interface LeakReportsOptions extends LeakEndpointOptions {
  /**
   * Who may report: by name, a secret of at least 32 bytes that they send as `Authorization: Bearer`. The name stands in the log, so
   * give each scanner its own. Names are 1 to 16 letters, digits, `.` and `-`.
   */
  readonly reporters: Readonly<Record<string, string | undefined>>
}

const optionNames: NamesOf<LeakReportsOptions> = { action: true, maxBytes: true, onError: true, reporters: true }

/**
 * Makes an endpoint for findings of your own scanners: GitGuardian, TruffleHog, gitleaks in CI. They send a JSON array of
 * `{ token, type, url, source }`, of which only `token` must be there, and a bearer secret. It ends the key of each token that is one
 * of yours, and answers as {@link githubLeaks} does.
 *
 * @param keyring - The keyring whose tokens are searched for.
 * @returns a Fetch handler. `nodeListener` of `@keywright/api` serves it on `node:http` and Express.
 * @throws {@link InvalidOptions} that names the option, if one is wrong.
 *
 * @example
 * ```ts
 * const leaks = leakReports(keyring, { reporters: { ci: process.env.LEAKS_SECRET }, action: 'quarantine' })
 * app.post('/leaks', (c) => leaks(c.req.raw)) // Hono
 * ```
 */
export function leakReports<A extends Access>(keyring: Keyring<A>, options: LeakReportsOptions): LeakHandler {
  checkNames(options, optionNames, { defined: ['action', 'reporters'] })
  const untyped = keyring as unknown as Keyring // the names of its scopes make no difference here
  const { action, maxBytes, report } = readLeakEndpoint(untyped, options)
  const secrets = parseSecrets(options.reporters, 'reporters')
  if (secrets.size === 0) throw new InvalidOptions('reporters', 'an object with a secret for each name')
  const digests = [...secrets].map(([name, secret]) => ({ name, digest: digestOf(secret) }))
  const reporterOf = (request: Request): string | null => {
    const digest = digestOf(Buffer.from(bearerOf(request), 'utf8'))
    // All of them, and digests: neither the place of a secret nor its length shows.
    const found = digests.filter((known) => sameBytes(known.digest, digest))
    return found[0]?.name ?? null
  }
  return async (request) => {
    if (request.method !== 'POST') return problem('method_not_allowed', { Allow: 'POST' })
    try {
      const name = reporterOf(request)
      if (name === null) return problem('not_authenticated', { 'WWW-Authenticate': 'Bearer realm="leak reports"' })
      const body = await readBytes(request, maxBytes)
      if (body === null) return problem('body_too_large')
      const findings = parseFindings(textOf(body) ?? '')
      if (findings === null) return problem('malformed_body')
      const terms: FindingTerms = { keyring: untyped, action, actor: { type: 'system', id: name }, reporter: name }
      return await answerFindings(terms, findings)
    } catch (error) {
      report(error)
      return problem('unavailable')
    }
  }
}

function bearerOf({ headers }: Request): string {
  return /^bearer +([\x21-\x7e]+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? ''
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}
