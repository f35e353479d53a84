import { findExposedKey, tokensInUrls } from '../credential/index.js'
import type { Found } from '../store/index.js'
import type { Actor } from '../values/index.js'
import { endToken } from './end-token.js'
import { type Sought, soughtToken } from './find-by-token.js'
import type { LeakParts } from './parts.js'
import { tellLeak } from './report-leak.js'
import { findCounted } from './revoke-token.js'

/** Where a guard saw a key that others can read: in the URL of a request, or as the token of one that came in clear. */
export type Exposure = { readonly url: string } | { readonly token: string }

const guard: Actor = Object.freeze({ type: 'system', id: 'guard' })

/**
 * Disables a key that a guard saw where others can read it, if its token is right. The request is refused anyway and does not wait for
 * it. A wrong token counts as a failed attempt, as one in a header does.
 */
export function quarantineExposed(parts: LeakParts, exposure: Exposure, ip: string | null): void {
  if (!parts.quarantineExposed) return
  const token = 'token' in exposure ? exposure.token : tokenIn(parts, exposure.url)
  const sought = token === null ? null : soughtToken(parts, token)
  if (sought === null) return
  const place = { source: 'url' in exposure ? 'request url' : 'plain http' }
  const work = quarantine(parts, sought, place, ip).catch((error: unknown) => {
    parts.emit({ type: 'api_key.quarantine_failed', error })
  })
  parts.background(work)
}

async function quarantine(
  parts: LeakParts,
  sought: Sought,
  place: { readonly source: string },
  ip: string | null,
): Promise<void> {
  const counted = await findCounted(parts, sought, ip)
  // A client that goes on sending it must not lock the organization each time.
  if ('outcome' in counted || isEnded(counted)) return
  const report = { type: 'api_key.leak_reported' as const, data: place }
  const context = ip === null ? {} : { ip }
  const ending = { action: 'quarantine', reason: 'leaked', report } as const
  const ended = await endToken(parts, counted.record.id, sought, ending, { actor: guard, context })
  if (ended !== null && ended.outcome !== 'unchanged') tellLeak(parts, ended, place)
}

function isEnded({ record }: Found): boolean {
  return record.status === 'revoked' || (record.status === 'disabled' && record.locked)
}

function tokenIn({ format: { namespaces, foreign, secretLength } }: LeakParts, url: string): string | null {
  const ours = tokensInUrls({ namespaces: [...namespaces, ...foreign], secretLength })
  return findExposedKey(url, ours)?.token ?? null
}
