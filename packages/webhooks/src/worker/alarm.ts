/** A pause that can be ended. */
export interface Alarm {
  /** Ends the pause, or the next one. */
  wake(): void
  /** Ends the pause, whatever it hears. */
  stop(): void
  /** @param options - `deaf`: `wake` does not end the pause. */
  wait(ms: number, options?: { readonly deaf?: boolean }): Promise<void>
}

/** Makes a pause for one that waits at a time. */
export function alarm(): Alarm {
  let isAwake = false
  let isDeaf = false
  let end: (() => void) | null = null
  return {
    wake: () => {
      isAwake = true
      if (!isDeaf) end?.()
    },
    stop: () => end?.(),
    wait: (ms, { deaf = false } = {}) =>
      new Promise((resolve) => {
        const timer = setTimeout(done, ms)
        function done(): void {
          clearTimeout(timer)
          end = null
          isAwake = false
          resolve()
        }
        isDeaf = deaf
        if (isAwake && !deaf) done()
        else end = done
      }),
  }
}

/** About as long: processes that were started together do not ask together. */
export function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2)
}
