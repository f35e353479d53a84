import type { ManageParts } from '../manage/index.js'
import type { ReadParts } from '../reads/index.js'
import type { KeyStore } from '../store/index.js'

/** What it takes to end or to hand over the keys of somebody. */
export type HandoverParts = ManageParts &
  ReadParts & {
    /** Whether the store can give a key to somebody else. */
    readonly transfers: KeyStore['transfers']
  }
