/** A script with what it is given. */
export interface ScriptCall {
  readonly script: string
  /** All of one hash slot. */
  readonly keys: readonly string[]
  readonly args: readonly string[]
}
