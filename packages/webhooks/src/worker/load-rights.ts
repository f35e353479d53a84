import type { KeyRights } from '@keywright/core/adapter'
import type { WorkerParts } from './parts.js'

/** What a key may do now; or it cannot be known. */
export type KnownRights = KeyRights | { readonly ok: 'unknown' }

const together = 50

/**
 * Asks what keys may do now, some at a time. What a slow host has not answered in time is not known.
 *
 * @param until - By `performance.now()`.
 */
export async function loadRights(
  { door }: Pick<WorkerParts, 'door'>,
  keyIds: ReadonlySet<string>,
  until: number,
): Promise<ReadonlyMap<string, KnownRights>> {
  const ids = [...keyIds]
  const rights = new Map<string, KnownRights>()
  const ask = async (id: string): Promise<KnownRights> => {
    const found = await door.principalOf(id).catch((): KnownRights => ({ ok: 'unknown' }))
    // Another process may know the environment.
    return found.ok === false && found.code === 'environment_unknown' ? { ok: 'unknown' } : found
  }
  for (let at = 0; at < ids.length && performance.now() < until; at += together) {
    await Promise.all(ids.slice(at, at + together).map(async (id) => rights.set(id, await ask(id))))
  }
  return rights
}
