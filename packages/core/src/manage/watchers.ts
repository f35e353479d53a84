import { type AuditType, isolated } from '../values/index.js'
import type { KeyringEvent } from '../verify/index.js'
import type { ManageParts } from './parts.js'

/** A change of a key that was made, by the type of its audit record. */
export interface MadeChange {
  readonly type: AuditType
  readonly keyId: string
}

/** Watches a keyring, beside the host's `onEvent`. What it throws is dropped. */
export interface KeyringWatcher {
  /** Told of each event that `onEvent` is told of. */
  event(event: KeyringEvent): void
  /**
   * Told of each change of a key, after it was made; of one within a transaction of the host's, which may yet be rolled back, when its
   * call has succeeded.
   */
  changed(change: MadeChange): void
}

/** The watchers of a keyring: with none, nothing is made for them. */
export interface Watchers extends Pick<ManageParts, 'emit' | 'onChanged'> {
  /** Adds a watcher, and gives what removes it. */
  watch(watcher: KeyringWatcher): () => void
}

/** @param emit - What the host hears. */
export function watchers(emit: (event: KeyringEvent) => void): Watchers {
  const all = new Set<KeyringWatcher>()
  return {
    emit: (event) => {
      emit(event)
      for (const watcher of all) watcher.event(event)
    },
    onChanged: (keyId, changes) => {
      if (all.size === 0) return
      for (const { type } of changes) for (const watcher of all) watcher.changed({ type, keyId })
    },
    watch: (given) => {
      const watcher: KeyringWatcher = {
        event: isolated((event) => given.event(event)),
        changed: isolated((change) => given.changed(change)),
      }
      all.add(watcher)
      return () => void all.delete(watcher)
    },
  }
}
