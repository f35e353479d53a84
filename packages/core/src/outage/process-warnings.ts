import { adviceOn } from '../store/index.js'
import { type OutageGate, outageGate } from './outage-gate.js'

/** Tells the operator on the process, where the host listens to no events. */
export interface ProcessWarnings {
  /** A verification was refused, or something beside the answers failed. */
  failed(what: string, error: unknown): void
  /** It works again. */
  worked(what: string): void
}

const sentences: ReadonlyMap<string, string> = new Map([
  ['store', 'Requests are refused with 503: the key store does not answer, or refuses to.'],
  ['timeout', 'Requests are refused with 503: verifications take longer than they may.'],
  ['owner', 'Requests are refused with 503: resolveOwner, or a role of the access model, fails.'],
  ['resource', 'Requests are refused with 503: the resource function of a route fails.'],
  ['hash', 'Requests are refused with 503: stored hashes cannot be read. keyring.doctor() says which.'],
  [
    'hasher.wrong_pepper',
    'Requests are refused with 503, and no key can be made: a pepper has another value than before. keyring.doctor() says which.',
  ],
  ['budgets', 'Requests are refused with 503: budgets cannot be read or taken from.'],
  ['limits', 'Requests are refused with 503: the rate limiter, or resolvePlan, fails.'],
  ['keyring', 'Requests are refused with 503: a guard failed.'],
  ['mcp', 'Requests are refused with 503: narrow, fallback or a question about rights fails.'],
  ['manage', 'Keys cannot be listed or changed: the key store does not answer, or refuses to.'],
  ['usage.not_written', 'Uses of keys are not written; they are kept, and tried again.'],
  ['usage.dropped', 'Uses of keys are not counted: too many wait to be written, or the keyring is closed.'],
  ['api_key.notice_failed', 'Notices of keys are not taken: notices.onNotice fails. They are given again.'],
  ['api_key.delivery_failed', 'New tokens are not delivered: rotation.deliver fails. The old ones work on.'],
  ['api_key.rehash_failed', 'Hashes of keys cannot be renewed.'],
  ['store.replica_left', 'Verifications do not read from a replica of readFrom. keyring.doctor() says why.'],
  ['cache.bypassed', 'The bus of the cache is out of reach: every verification reads its key.'],
  ['cache.not_told', 'Other processes are not told of changed keys: they learn of them when ttlMs is over.'],
])

/** Warns once a minute a kind, and says what to do. Of the error itself it prints no more than a code. */
export function processWarnings(): ProcessWarnings {
  const gates = new Map<string, OutageGate>()
  return {
    failed: (what, error) => {
      const sentence = sentences.get(what)
      if (sentence === undefined) return
      const advice = adviceOn(error)
      const kind = `${what} ${advice.kind}`
      const gate = gates.get(kind) ?? outageGate()
      gates.set(kind, gate)
      if (!gate.failed()) return
      process.emitWarning(`${sentence} ${advice.text}`, { type: 'KeywrightWarning', code: 'KEYWRIGHT_OUTAGE' })
    },
    worked: (what) => {
      for (const [kind, gate] of gates) if (kind.startsWith(`${what} `)) gate.worked()
    },
  }
}
