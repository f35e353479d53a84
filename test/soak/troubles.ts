import type { Slot } from './world.js'

/** What may be in trouble. */
export type Target = 'postgres' | 'redis' | Slot

/** A disturbance, from before it begins until everything was seen to work again. */
export interface Trouble {
  readonly target: Target
  readonly name: string
  readonly begin: number
  /** When its cause was gone. */
  causeEnd: number | null
  end: number | null
}

/** The troubles of an act. */
export interface Troubles {
  readonly all: readonly Trouble[]
  begin(target: Target, name: string): Trouble
  /** Whether any of the targets was in trouble at some time between two instants. */
  within(targets: readonly Target[], from: number, to: number): boolean
  /** Goes back from an instant to one before which there was no trouble for `quietMs`. */
  quietBefore(targets: readonly Target[], at: number, quietMs: number): number
}

export function newTroubles(): Troubles {
  const all: Trouble[] = []
  const overlapping = (targets: readonly Target[], from: number, to: number) =>
    all.filter(({ target, begin, end }) => targets.includes(target) && begin <= to && (end === null || end >= from))
  return {
    all,
    begin: (target, name) => {
      const trouble: Trouble = { target, name, begin: Date.now(), causeEnd: null, end: null }
      all.push(trouble)
      return trouble
    },
    within: (targets, from, to) => overlapping(targets, from, to).length > 0,
    quietBefore: (targets, at, quietMs) => {
      let from = at - quietMs
      for (;;) {
        const earliest = Math.min(from, ...overlapping(targets, from, at).map(({ begin }) => begin - quietMs))
        if (earliest === from) return from
        from = earliest
      }
    },
  }
}
