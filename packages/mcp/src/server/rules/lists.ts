import type { Caller } from '../../caller/caller.js'
import { type Entry, findNamed, findTemplate } from '../registry.js'
import { charge, type Params, type Rule, type RuleSettings } from './rule.js'
import { areVisible, mayReadEach } from './visibility.js'

/** The rules of the methods that list tools, prompts, resources and templates. */
export function listRules(settings: RuleSettings): [method: string, Rule][] {
  const { registry } = settings
  return [
    [
      'tools/list',
      listRule(
        'tools',
        byEntry(({ name }) => findNamed(registry, 'tools', name), settings),
      ),
    ],
    [
      'prompts/list',
      listRule(
        'prompts',
        byEntry(({ name }) => findNamed(registry, 'prompts', name), settings),
      ),
    ],
    ['resources/list', listRule('resources', (caller, items) => mayReadEach(items.map(uriOf), caller, settings))],
    [
      'resources/templates/list',
      listRule(
        'resourceTemplates',
        byEntry(({ name, uriTemplate }) => findTemplate(registry, name, uriTemplate), settings),
      ),
    ],
  ]
}

function uriOf({ uri }: Params): unknown {
  return uri
}

/** Tells for each item of a list whether it is listed. */
type AreListed = (caller: Caller, items: readonly Params[]) => Promise<readonly boolean[]>

function byEntry(entryOf: (item: Params) => Entry | undefined, settings: RuleSettings): AreListed {
  return (caller, items) => areVisible(items.map(entryOf), caller, settings)
}

function listRule(field: string, areListed: AreListed): Rule {
  return async ({ caller, forward, isV2 }) => {
    await charge(caller)
    const result = (await forward()) as Params
    const items = Array.isArray(result[field]) ? (result[field] as Params[]) : []
    const isListed = await areListed(caller, items)
    const listed = items.filter((_, index) => isListed[index])
    // Clients of 2026-07-28 cache lists. One caller must not get the list of another.
    return { ...result, [field]: listed, ...(isV2 ? { cacheScope: 'private' } : {}) }
  }
}
