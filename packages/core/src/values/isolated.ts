/**
 * Wraps a callback of the host so that it cannot affect the request: its errors and rejections are dropped, and it is not
 * awaited. For `undefined`, the result does nothing.
 */
export function isolated<E>(observe: ((event: E) => unknown) | undefined): (event: E) => void {
  if (observe === undefined) return () => {}
  return (event) => {
    try {
      Promise.resolve(observe(event)).catch(() => {})
    } catch {
      // An error of the observer must not fail the request.
    }
  }
}
