import type { DeliveryResult } from '../delivery/deliver.js'

/** Spares a host that does not answer, whatever the number of endpoints on it. */
export interface HostBreaker {
  /** How long to leave the host alone, in ms; 0: it may be called. */
  blockedMs(host: string): number
  /** Learns from an attempt. */
  learn(host: string, result: DeliveryResult): void
}

interface HostState {
  failures: number
  openUntil: number
  pauseMs: number
}

const mostFailures = 5
const firstPauseMs = 5_000
const longestPauseMs = 300_000
const mostHosts = 10_000

/**
 * Opens after five attempts in a row that had no answer, or one that asks for less: for five seconds, and twice as long each time,
 * up to five minutes. An answer of any other kind closes it: what one endpoint does with its events says nothing of the others.
 *
 * @param clock - Milliseconds that only move forward.
 */
export function hostBreaker(clock: () => number = () => performance.now()): HostBreaker {
  const hosts = new Map<string, HostState>()
  return {
    blockedMs: (host) => Math.max(Math.ceil((hosts.get(host)?.openUntil ?? 0) - clock()), 0),
    learn: (host, { status, outcome }) => {
      if (status !== null && outcome !== 'throttled') {
        hosts.delete(host)
        return
      }
      const state = hosts.get(host) ?? { failures: 0, openUntil: 0, pauseMs: firstPauseMs }
      state.failures += 1
      if (state.failures >= mostFailures && state.openUntil <= clock()) {
        state.openUntil = clock() + state.pauseMs
        state.pauseMs = Math.min(state.pauseMs * 2, longestPauseMs)
      }
      hosts.delete(host) // the last in order is the one that was heard of last
      hosts.set(host, state)
      const [oldest] = hosts.keys()
      if (hosts.size > mostHosts && oldest !== undefined) hosts.delete(oldest)
    },
  }
}
