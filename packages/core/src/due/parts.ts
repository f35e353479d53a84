import type { ManageParts } from '../manage/index.js'
import type { NoticeEvent, StoreNotices } from '../notices/index.js'
import type { KeyStore } from '../store/index.js'
import type { DueProgress } from './due-result.js'
import type { NoticeSettings } from './notices-options.js'
import type { RotationOptions } from './rotation-options.js'

/** What `runDue` and schedules need. */
export interface DueParts extends ManageParts {
  readonly store: ManageParts['store'] & Pick<KeyStore, 'now' | 'notices' | 'rotations'>
  readonly notices: NoticeSettings | null
  readonly rotation: RotationOptions | null
  /** How long one call of a function of the host's may take. */
  readonly manageTimeoutMs: number
}

/** A run that tells of keys. */
export interface Running extends Pick<DueParts, 'store' | 'manageTimeoutMs'> {
  readonly emit: (event: NoticeEvent) => void
  readonly kept: StoreNotices
  readonly settings: NoticeSettings
  /** Names the run in what it claims. */
  readonly worker: string
  readonly tell: (progress: DueProgress) => void
}
