import type { Caller } from '../../caller/caller.js'
import { type Call, decide, decideEach, mayBeAllowed } from '../../caller/decide.js'
import { type Entry, findResource, isEnabled } from '../registry.js'
import type { RuleSettings } from './rule.js'

/** Whether `caller` may know that `entry` exists. */
export async function isVisible(
  entry: Entry | undefined,
  caller: Caller,
  { unavailableTools }: RuleSettings,
): Promise<boolean> {
  if (!isEnabled(entry) || entry.access === undefined) return false
  return unavailableTools === 'list' || mayBeAllowed(entry.access, caller)
}

/** The same for each of many, under one deadline. */
export async function areVisible(
  entries: readonly (Entry | undefined)[],
  caller: Caller,
  settings: RuleSettings,
): Promise<readonly boolean[]> {
  return caller.ask(async () => {
    const visible: boolean[] = []
    for (const entry of entries) visible.push(await isVisible(entry, caller, settings))
    return visible
  })
}

/** Whether `caller` may read the resource behind `uri`. */
export async function mayRead(uri: unknown, caller: Caller, settings: RuleSettings): Promise<boolean> {
  const { access, args } = readingOf(uri, settings)
  return (await decide(access, caller, args)).ok
}

/** The same for each of many. */
export async function mayReadEach(
  uris: readonly unknown[],
  caller: Caller,
  settings: RuleSettings,
): Promise<readonly boolean[]> {
  const readings = uris.map((uri) => readingOf(uri, settings))
  return (await decideEach(readings, caller)).map(({ ok }) => ok)
}

function readingOf(uri: unknown, { registry }: RuleSettings): Call {
  const found = findResource(registry, uri)
  return { access: isEnabled(found?.entry) ? found?.entry.access : undefined, args: found?.args ?? {} }
}
