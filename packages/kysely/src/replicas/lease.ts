/**
 * How long a proof holds, from before the primary was asked for it, in milliseconds: by that clock of the process that says more.
 */
export const leaseMs = 1_000

/**
 * How long a change waits at most until its answer, so that no proof holds any more that was made before it. It is a quarter longer than
 * a lease, since no two clocks run at the same speed.
 */
export const outlastMs = 1_250
