import type { Caller } from './callers.js'
import { mayBeAllowed } from './decide.js'
import { type Entry, isEnabled, type Registry } from './registry.js'

/** What a caller is shown, list by list, to be compared with what it was shown before. */
export type Shown = Readonly<Record<'tools' | 'prompts' | 'resources', string>>

/** Tells what a caller is shown now. */
export type TellShown = (caller: Caller) => Promise<Shown>

/** Makes {@link TellShown} of what is known to be declared. */
export function tellShown({ tools, prompts, resources, templates }: Registry): TellShown {
  const names = async (entries: Iterable<[string, Entry]>, caller: Caller): Promise<string[]> => {
    const shown: string[] = []
    for (const [name, entry] of entries) {
      if (isEnabled(entry) && (await mayBeAllowed(entry.access, caller))) shown.push(name)
    }
    return shown
  }
  return async (caller) => ({
    tools: JSON.stringify(await names(tools, caller)),
    prompts: JSON.stringify(await names(prompts, caller)),
    // A template stays the same while what it lists goes by the levels on each resource.
    resources: JSON.stringify([
      await names([...resources, ...templates], caller),
      caller.principal?.key.grants.resources ?? null,
    ]),
  })
}
