import type { Caller } from '../../caller/caller.js'
import type { Entry } from '../registry.js'
import { charge, type Params, type Rule, type RuleSettings } from './rule.js'
import { areVisible, mayReadEach } from './visibility.js'

/** The rules of the methods that list tools, prompts, resources and templates. */
export function listRules(settings: RuleSettings): [method: string, Rule][] {
  const { tools, prompts, templates } = settings.registry
  return [
    ['tools/list', listRule('tools', byName(tools, settings))],
    ['prompts/list', listRule('prompts', byName(prompts, settings))],
    ['resources/list', listRule('resources', (caller, items) => mayReadEach(items.map(uriOf), caller, settings))],
    ['resources/templates/list', listRule('resourceTemplates', byName(templates, settings))],
  ]
}

function uriOf({ uri }: Params): unknown {
  return uri
}

/** Tells for each item of a list whether it is listed. */
type AreListed = (caller: Caller, items: readonly Params[]) => Promise<readonly boolean[]>

function byName(entries: ReadonlyMap<string, Entry>, settings: RuleSettings): AreListed {
  return (caller, items) => {
    const listed = items.map(({ name }) => entries.get(String(name)))
    return areVisible(listed, caller, settings)
  }
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
