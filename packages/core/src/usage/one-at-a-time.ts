/** Runs the same work over and over, never twice at once. */
export interface OneAtATime {
  readonly isRunning: boolean
  /** Settles like a run that began after the call; those who ask while one runs share the next. */
  run(): Promise<void>
  /** Waits for what runs no more: it may never end. */
  forget(): void
}

/** @param work - It must not reject. */
export function oneAtATime(work: () => Promise<void>): OneAtATime {
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  const run = (): Promise<void> => {
    if (next !== null) return next
    if (running !== null) {
      const following: Promise<void> = running.then(() => {
        if (next === following) next = null
        return run()
      })
      next = following
      return following
    }
    const own: Promise<void> = work().finally(() => {
      if (running === own) running = null
    })
    running = own
    return own
  }
  return {
    get isRunning() {
      return running !== null
    },
    run,
    forget: () => {
      running = null
      next = null
    },
  }
}
