import type { StoreBreaker } from '../outage/index.js'
import type { Found, KeyStore } from '../store/index.js'
import type { MaybePromise, Moment } from '../values/index.js'
import type { CacheEvent } from './cache-event.js'

/** How verifications read keys. */
export interface KeyReader {
  find(id: string): MaybePromise<Found | null>
  /** Reads an imported key by the digests of its token. Never kept. */
  findByLookupDigest(digests: readonly string[]): MaybePromise<Found | null>
  /** To be called after each change of a key, also one whose outcome is unknown. */
  changed(id: string): void
  close(): Promise<void>
}

/** What a reader needs of the keyring's settings. */
export interface ReaderSettings {
  readonly store: Pick<KeyStore, 'find' | 'findByLookupDigest'>
  /** Stands before the store. What is kept is given without it: it is as true as it was promised to be. */
  readonly breaker: StoreBreaker
  readonly emit: (event: CacheEvent) => void
  readonly background: (work: Promise<unknown>) => void
}

/** Reads keys, and keeps each for a short time. */
export interface BoundedCache {
  find(id: string): MaybePromise<Found | null>
  /** What was read of a key until now, or is being read, answers nobody who asks from now on. */
  forget(id: string): void
  /** Whether anything is kept. Each call forgets all that was. */
  use(isUsed: boolean): void
}

/** A key that was read, and when. */
export interface Kept extends Found {
  readonly readAt: Moment
  isCurrent: boolean
}

/** A read that is under way. */
export interface Read {
  readonly startedAt: Moment
  readonly settled: Promise<unknown>
  /** For those who came while this one was under way. */
  next: Promise<Found | null> | null
}
