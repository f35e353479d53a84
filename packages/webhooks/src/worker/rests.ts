import type { EndpointRecord } from '@keywright/core/store'
import type { DeliveryResult } from '../delivery/deliver.js'

/** Spares endpoints that ask for it, or do not answer, and hosts that answer nobody. */
export interface Rests {
  /** How long to leave an endpoint alone, in ms; 0: it may be called. @param at - By the store's clock, as in `learn`. */
  restMs(endpoint: EndpointRecord, at: Date): number
  /** Learns from an attempt. Returns how long the rest is that begins with it; 0: none does. */
  learn(endpoint: EndpointRecord, result: DeliveryResult, at: Date): number
}

const mostFailures = 5
const firstRestMs = 5_000
const longestRestMs = 300_000
const mostNames = 10_000

/**
 * An endpoint rests when it says so (429, 502, 504), and after five attempts in a row without an answer: for five seconds, and twice
 * as long each time, up to five minutes. A host rests likewise, but only where it does not answer two organizations: what one of them
 * has put there says nothing of the others.
 */
export function rests(): Rests {
  const endpoints = strikes(1)
  const hosts = strikes(2)
  return {
    restMs: ({ id, url }, at) => Math.max(endpoints.restMs(id, at), hosts.restMs(hostOf(url), at)),
    learn: ({ id, url, organizationId }, { status, error, outcome, retryAfterMs }, at) => {
      const host = hostOf(url)
      if (status === null) {
        // What may not be called at all is no matter of the host.
        const isOfHost = error !== 'url' && error !== 'address' && error !== 'dns'
        const rest = endpoints.strike(id, id, at)
        return Math.max(rest, isOfHost ? hosts.strike(host, organizationId, at) : 0)
      }
      hosts.clear(host)
      if (outcome === 'throttled') return endpoints.rest(id, Math.max(retryAfterMs ?? 0, firstRestMs), at)
      endpoints.clear(id)
      return 0
    },
  }
}

interface Strikes {
  failures: number
  by: Set<string>
  until: number
  nextMs: number
}

function strikes(leastBy: number) {
  const names = new Map<string, Strikes>()
  const touch = (name: string): Strikes => {
    const found = names.get(name) ?? { failures: 0, by: new Set(), until: 0, nextMs: firstRestMs }
    names.delete(name) // the last in order is the one that was heard of last
    names.set(name, found)
    const [oldest] = names.keys()
    if (names.size > mostNames && oldest !== undefined) names.delete(oldest)
    return found
  }
  const rest = (name: string, ms: number, at: Date): number => {
    const found = touch(name)
    if (found.until > at.getTime()) return 0
    found.until = at.getTime() + ms
    return ms
  }
  return {
    rest,
    restMs: (name: string, at: Date) => Math.max(Math.ceil((names.get(name)?.until ?? 0) - at.getTime()), 0),
    clear: (name: string) => {
      names.delete(name)
    },
    strike: (name: string, by: string, at: Date) => {
      const found = touch(name)
      found.failures += 1
      if (found.by.size < leastBy) found.by.add(by)
      if (found.failures < mostFailures || found.by.size < leastBy) return 0
      const begun = rest(name, found.nextMs, at)
      if (begun > 0) found.nextMs = Math.min(found.nextMs * 2, longestRestMs)
      return begun
    },
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : ''
}
