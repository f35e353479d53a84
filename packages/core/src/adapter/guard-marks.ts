/** The guards of one framework, so that its `assertGuarded` can recognize them. */
export interface GuardMarks {
  /** Marks a function as a guard, and returns it. */
  mark<G extends object>(guard: G): G
  /** Tests whether a value was marked as a guard. */
  isMarked(value: unknown): boolean
}

/** Creates an empty set of guards. It does not stop a guard from being garbage-collected. */
export function guardMarks(): GuardMarks {
  const marked = new WeakSet<object>()
  return {
    mark: (guard) => {
      marked.add(guard)
      return guard
    },
    isMarked: (value) =>
      (typeof value === 'function' || typeof value === 'object') && value !== null && marked.has(value),
  }
}
