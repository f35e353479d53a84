/** How `Keyring.runDue` runs. */
export interface DueOptions {
  /** Counts what would be told, and does nothing. @defaultValue false */
  readonly dryRun?: boolean | undefined
  /** Is told of each step that was done. What it throws ends the call, and the next one goes on. @defaultValue nobody is told */
  readonly onProgress?: ((progress: DueProgress) => void) | undefined
}

/** A step of a run that was done. */
export interface DueProgress {
  /**
   * `expiring` and `unused`: so many keys were told of. `handed`: so many notices were taken by `onNotice`. `delivered`: so many new
   * tokens were.
   */
  readonly step: 'expiring' | 'unused' | 'handed' | 'delivered'
  /** `null` for `handed` and `delivered`. */
  readonly organizationId: string | null
  readonly count: number
}

/** What a run has done, or what it would do. */
export interface DueResult {
  /** How many notices of keys that expire soon were told by this run, and by no other. */
  readonly expiring: number
  /** How many notices of keys that nobody uses were told by this run, and by no other. */
  readonly unused: number
  /** How many notices `onNotice` took in this run, also of earlier ones. A trial counts none. */
  readonly handed: number
  /** How many notices it did not take, which a later run gives it again. */
  readonly failed: number
  /** How many keys got a new token, as their schedules say. A trial counts all rotations that are due. */
  readonly rotated: number
  /** How many new tokens `rotation.deliver` took in this run, also of earlier ones. A trial counts none. */
  readonly delivered: number
  /** How many new tokens it did not take: a later run gives them again, and the old ones work on. */
  readonly undelivered: number
}
