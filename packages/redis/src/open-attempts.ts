/** An attempt that holds units in Redis. */
export interface OpenAttempt {
  readonly keys: readonly string[]
  readonly id: string
}

/** The attempts that this process has under way. */
export interface OpenAttempts {
  begun(attempt: OpenAttempt): void
  ended(attempt: OpenAttempt): void
}

/** How often Redis hears of attempts that are still under way. Most have ended before it would first. */
const renewMs = 2_000
/** After how long without news Redis takes the process of an attempt for dead. */
export const leaseMs: number = 3 * renewMs

/**
 * Says of attempts that take long that they are still under way: those of a process that was killed hold their units no longer.
 *
 * @param renew - Tells Redis of attempts that have the same keys.
 */
export function openAttempts(renew: (keys: readonly string[], ids: readonly string[]) => void): OpenAttempts {
  const open = new Map<OpenAttempt, number>()
  let timer: NodeJS.Timeout | null = null
  const renewAll = (): void => {
    const old = performance.now() - renewMs / 2
    const byKeys = new Map<string, OpenAttempt[]>()
    for (const [attempt, begunAt] of open) {
      if (begunAt > old) break // the rest began later
      const name = attempt.keys.join('\n')
      const others = byKeys.get(name)
      if (others === undefined) byKeys.set(name, [attempt])
      else others.push(attempt)
    }
    for (const [first, ...others] of byKeys.values()) {
      if (first !== undefined) renew(first.keys, [first.id, ...others.map(({ id }) => id)])
    }
  }
  return {
    begun: (attempt) => {
      open.set(attempt, performance.now())
      timer ??= setInterval(renewAll, renewMs).unref()
    },
    ended: (attempt) => {
      open.delete(attempt)
      if (open.size > 0 || timer === null) return
      clearInterval(timer)
      timer = null
    },
  }
}
