import { createHash } from 'node:crypto'
import type { Keyring } from '../keyring/index.js'
import { type Actor, isRecord } from '../values/index.js'
import { noStore } from './answers.js'

/** One finding of a report: GitHub's form, which the plain endpoint takes as well. */
interface Finding {
  readonly token: string
  readonly type: string | null
  readonly url: string | undefined
  readonly source: string | null
}

/** How findings are dealt with. */
export interface FindingTerms {
  readonly keyring: Pick<Keyring, 'reportLeak'>
  readonly action: 'revoke' | 'quarantine'
  /** Who reports, for the log. */
  readonly actor: Actor
  /** The name before the source of each finding. */
  readonly reporter: string
}

/** How many findings are looked at side by side: a report of thousands leaves connections for requests. */
const atOnce = 8

/** Reads a report; `null`: it is none. */
export function parseFindings(text: string): readonly Finding[] | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  if (!Array.isArray(parsed)) return null
  const findings: Finding[] = []
  for (const entry of parsed as readonly unknown[]) {
    if (!isRecord(entry) || typeof entry.token !== 'string') return null
    const { token, type, url, source } = entry
    findings.push({
      token,
      type: typeof type === 'string' ? type : null,
      url: typeof url === 'string' ? url : undefined,
      source: typeof source === 'string' ? source : null,
    })
  }
  return findings
}

/**
 * Ends the key of each token that a key has, and answers for those alone. A token that no key has may be one of another installation
 * of yours, so it is not called a false positive: nothing is said of it.
 *
 * @throws what `Keyring.reportLeak` throws: then the report has to come again, and what was done is not done twice.
 */
export async function answerFindings(terms: FindingTerms, findings: readonly Finding[]): Promise<Response> {
  const byToken = new Map(findings.map((finding) => [finding.token, finding]))
  const known = new Set<string>()
  const tokens = [...byToken.values()]
  for (let at = 0; at < tokens.length; at += atOnce) {
    const settled = await Promise.allSettled(tokens.slice(at, at + atOnce).map((finding) => end(terms, finding)))
    for (const [index, result] of settled.entries()) {
      if (result.status === 'rejected') throw result.reason
      if (result.value) known.add(tokens[at + index]?.token ?? '')
    }
  }
  const answer = findings
    .filter(({ token }) => known.has(token))
    .map(({ token, type }) => ({
      token_hash: createHash('sha256').update(token).digest('hex'),
      token_type: type,
      label: 'true_positive',
    }))
  return Response.json(answer, { headers: noStore })
}

/** @returns whether a key has, or had, the token. */
async function end({ keyring, action, actor, reporter }: FindingTerms, finding: Finding): Promise<boolean> {
  const { token, url, source } = finding
  const named = source === null ? reporter : `${reporter} ${source}`
  const { outcome } = await keyring.reportLeak(token, { action, source: named, url }, { actor })
  return outcome !== 'unknown'
}
