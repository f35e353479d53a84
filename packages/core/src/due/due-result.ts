/** How `Keyring.runDue` runs. */
export interface DueOptions {
  /** Counts what would be told, and does nothing. @defaultValue false */
  readonly dryRun?: boolean | undefined
  /** Is told of each step that was done. What it throws ends the call, and the next one goes on. @defaultValue nobody is told */
  readonly onProgress?: ((progress: DueProgress) => void) | undefined
}

/** A step of a run that was done. */
export interface DueProgress {
  /** `expiring` and `unused`: so many keys were told of. `handed`: so many notices were taken by `onNotice`. */
  readonly step: 'expiring' | 'unused' | 'handed'
  /** `null` for `handed`. */
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
}
