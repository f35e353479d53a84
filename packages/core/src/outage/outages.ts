/** The beginning or the end of an outage. */
export type OutageEvent =
  /** Verifications are refused as unavailable, the first of them now. Told once, however many follow. */
  | {
      readonly type: 'keyring.outage_began'
      /** What fails: `store`, `owner`, `resource`, `hash`, `limits`, `budgets`, `proof`, `timeout`, `keyring` or `mcp`. */
      readonly reason: string
      readonly error: unknown
      readonly at: Date
    }
  /** It has worked again for a second. */
  | {
      readonly type: 'keyring.outage_ended'
      readonly reason: string
      /** How many verifications were refused. */
      readonly refused: number
      /** From the first refusal to the first answer after the last one. */
      readonly durationMs: number
    }

/** Makes the outages of a keyring out of what single verifications meet. */
export interface Outages {
  /** A verification was refused as unavailable. */
  failed(reason: string, error: unknown): void
  /**
   * Whatever `reason` stands for has answered. Without a reason: a verification passed, and everything works but perhaps the
   * store, for its key may have been kept.
   */
  worked(reason?: string): void
  /** Drops the timers; tells the end of what works again. */
  close(): void
}

interface Outage {
  readonly beganAt: number
  refused: number
  /** Since it works again. */
  ending: { readonly since: number; readonly timer: NodeJS.Timeout } | null
}

/** How long there must be no refusal until an outage is over: one that hits some requests alone is told once, not each time. */
const quietMs = 1_000

/**
 * Tells the beginning and the end of each outage. While verifications time out, that the store fails is no second outage: it
 * is what they waited for. And the other way round.
 */
export function outages(
  emit: (event: OutageEvent) => void,
  warnings: { failed(what: string, error: unknown): void; worked(what: string): void } | null,
): Outages {
  const open = new Map<string, Outage>()

  const nameOf = (reason: string): string => {
    const other = reason === 'store' ? 'timeout' : reason === 'timeout' ? 'store' : reason
    return !open.has(reason) && open.has(other) ? other : reason
  }
  const end = (reason: string, { beganAt, refused, ending }: Outage): void => {
    if (ending === null) return
    clearTimeout(ending.timer)
    open.delete(reason)
    warnings?.worked(reason)
    emit({ type: 'keyring.outage_ended', reason, refused, durationMs: Math.round(ending.since - beganAt) })
  }

  return {
    failed: (given, error) => {
      const reason = nameOf(given)
      const outage = open.get(reason)
      if (outage === undefined) {
        open.set(reason, { beganAt: performance.now(), refused: 1, ending: null })
        emit({ type: 'keyring.outage_began', reason, error, at: new Date() })
      } else {
        outage.refused += 1
        if (outage.ending !== null) clearTimeout(outage.ending.timer)
        outage.ending = null
      }
      warnings?.failed(reason, error)
    },
    worked: (given) => {
      if (open.size === 0) return
      const works = given === undefined ? [...open.keys()].filter((reason) => reason !== 'store') : [nameOf(given)]
      for (const reason of works) {
        const outage = open.get(reason)
        if (outage === undefined || outage.ending !== null) continue
        const timer = setTimeout(() => end(reason, outage), quietMs).unref()
        outage.ending = { since: performance.now(), timer }
      }
    },
    close: () => {
      for (const [reason, outage] of [...open]) end(reason, outage)
    },
  }
}
