import { InvalidInput, InvalidOptions } from '../errors/index.js'
import type { ManageParts } from '../manage/index.js'
import type { KeyStore } from '../store/index.js'
import type { KeyringParts } from './parts.js'

/**
 * The parts, with a store that works within a transaction of the host's.
 *
 * Such a store has no deadline: if the host committed a change that was given up half-way, its last statements could follow the commit.
 *
 * @param hostStore - The store, without deadlines.
 * @param managing - The parts with their deadlines.
 * @throws {@link InvalidInput}, {@link InvalidOptions}
 */
export function partsInTransaction(
  hostStore: KeyStore,
  managing: KeyringParts,
  transaction: object,
): { readonly inside: ManageParts; ended(): void } {
  const { peppers, reader } = managing
  if (typeof transaction !== 'object' || transaction === null) {
    throw new InvalidInput('transaction', "a transaction of the store's database")
  }
  if (hostStore.inTransaction === undefined) {
    const message =
      'Option store must be one with transactions, such as kyselyStore(db): this one has no inTransaction.'
    throw new InvalidOptions('store', 'a key store with inTransaction', message)
  }
  const store = hostStore.inTransaction(transaction)
  const changed = new Set<string>()
  const inside = Object.freeze({
    ...managing,
    store,
    peppers: {
      // What it finds right may be rolled back, so it is not remembered.
      run: async () => {
        const [wrong] = peppers.isDone ? [] : await peppers.findWrong(store)
        if (wrong !== undefined) throw wrong
      },
    },
    reader: {
      // Told at once as well, for hosts that do not say when it ended. Until the commit, a cache may keep the key as it was before.
      changed: (id: string) => {
        changed.add(id)
        reader.changed(id)
      },
    },
  } satisfies ManageParts)
  return {
    inside,
    ended: () => {
      for (const id of changed) reader.changed(id)
    },
  }
}
