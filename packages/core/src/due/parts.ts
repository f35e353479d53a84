import type { NoticeEvent, StoreNotices } from '../notices/index.js'
import type { KeyStore } from '../store/index.js'
import type { DueProgress } from './due-result.js'
import type { NoticeSettings } from './notices-options.js'

/** What `runDue` needs. */
export interface DueParts {
  readonly store: Pick<KeyStore, 'now' | 'find' | 'notices'>
  readonly notices: NoticeSettings | null
  /** How long one call of a function of the host's may take. */
  readonly manageTimeoutMs: number
  readonly emit: (event: NoticeEvent) => void
}

/** A run that goes on. */
export interface Running extends DueParts {
  readonly kept: StoreNotices
  readonly settings: NoticeSettings
  /** Names the run in what it claims. */
  readonly worker: string
  readonly tell: (progress: DueProgress) => void
}
