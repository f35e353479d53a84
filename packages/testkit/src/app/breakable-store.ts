import type { KeyStore } from '@keywright/core/store'

/** A store that a test can break and mend, as if its database were away. */
export interface BreakableStore {
  readonly store: KeyStore
  break(): void
  mend(): void
}

/** Wraps a store whose methods are fields of the object, as those of `memoryStore` are. */
export function breakable(whole: KeyStore): BreakableStore {
  let isBroken = false
  const fields = Object.entries(whole).map(([name, member]): readonly [string, unknown] => {
    if (typeof member !== 'function') return [name, member]
    return [
      name,
      (...given: readonly unknown[]) =>
        isBroken ? Promise.reject(new Error('The test has broken the store.')) : Reflect.apply(member, whole, given),
    ]
  })
  return {
    // The same fields, each with the type that it had.
    store: Object.fromEntries(fields) as unknown as KeyStore,
    break: () => {
      isBroken = true
    },
    mend: () => {
      isBroken = false
    },
  }
}
