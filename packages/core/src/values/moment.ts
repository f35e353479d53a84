/** A moment by two clocks. */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

export function momentNow(): Moment {
  return { monotonic: performance.now(), wall: Date.now() }
}

/**
 * Milliseconds since a moment. The monotonic clock stands still while a machine is suspended, and the other can be set back: whichever
 * says more.
 */
export function msSince({ monotonic, wall }: Moment): number {
  return Math.max(performance.now() - monotonic, Date.now() - wall)
}
