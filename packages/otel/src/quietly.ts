/** Does what must not fail a request: what it throws is dropped, and gives `undefined`. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
