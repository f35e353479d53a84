import type { ManageParts } from '../manage/index.js'
import type { VerifyParts } from '../verify/index.js'

/** What it takes to end a token that somebody hands in. */
export interface LeakParts extends ManageParts, Pick<VerifyParts, 'failedAttempts' | 'background'> {
  /** Whether a key that came where others can read it is disabled. */
  readonly quarantineExposed: boolean
  /** How long one answer may take that a verb waits for. */
  readonly manageTimeoutMs: number
}
