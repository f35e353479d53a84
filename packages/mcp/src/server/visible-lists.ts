import type { Caller } from '../caller/caller.js'
import { mayBeAllowed } from '../caller/decide.js'
import { allOf, type Entry, isEnabled, type Registry } from './registry.js'

/** The three lists that a caller sees, each as one string, so that two moments can be compared. */
export type VisibleLists = Readonly<Record<'tools' | 'prompts' | 'resources', string>>

/** Computes the lists that a caller sees now. */
export type ReadVisibleLists = (caller: Caller) => Promise<VisibleLists>

/** Makes {@link ReadVisibleLists} for what servers have registered. */
export function visibleLists(registry: Registry): ReadVisibleLists {
  const visibleNames = async (entries: Iterable<[string, Entry]>, caller: Caller): Promise<string[]> => {
    const visible: string[] = []
    for (const [name, entry] of entries) {
      if (isEnabled(entry) && (await mayBeAllowed(entry.access, caller))) visible.push(name)
    }
    return visible
  }
  return async (caller) => ({
    tools: JSON.stringify(await visibleNames(allOf(registry, 'tools'), caller)),
    prompts: JSON.stringify(await visibleNames(allOf(registry, 'prompts'), caller)),
    // The names of templates stay the same when a level changes, but the resources that they list do not.
    resources: JSON.stringify([
      await visibleNames([...allOf(registry, 'resources'), ...allOf(registry, 'templates')], caller),
      caller.principal?.key.grants.resources ?? null,
    ]),
  })
}
