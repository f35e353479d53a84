/** Says when an outage is to be told. */
export interface OutageGate {
  /** To be called at each failure. Whether it is to be told: once a minute. */
  failed(): boolean
  /** To be called once it works again. */
  worked(): void
}

const pauseMs = 60_000
/** An outage that was shorter does not use up the minute. */
const blipMs = 1_000

/**
 * Lets the failures of one kind through once a minute. One that is over at once leaves the next outage its telling: as soon as
 * that has lasted a second, so that a row of blips is not told one by one.
 */
export function outageGate(): OutageGate {
  let toldAt = Number.NEGATIVE_INFINITY
  let isOfBlip = false
  let outage: { readonly beganAt: number; failedAt: number; isTold: boolean } | null = null
  return {
    failed: () => {
      const at = performance.now()
      outage ??= { beganAt: at, failedAt: at, isTold: false }
      outage.failedAt = at
      if (at - toldAt < pauseMs && !(isOfBlip && at - outage.beganAt >= blipMs)) return false
      toldAt = at
      isOfBlip = false
      outage.isTold = true
      return true
    },
    worked: () => {
      if (outage?.isTold === true && outage.failedAt - outage.beganAt < blipMs) isOfBlip = true
      outage = null
    },
  }
}
