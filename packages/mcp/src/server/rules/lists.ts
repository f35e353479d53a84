import type { Caller } from '../../caller/caller.js'
import { type Entry, findNamed, findResource, findTemplate } from '../registry.js'
import type { Undeclared } from '../wiring.js'
import { charge, type Params, type Rule, type RuleSettings } from './rule.js'
import { areVisible, mayReadEach } from './visibility.js'

/** The rules of the methods that list tools, prompts, resources and templates. */
export function listRules(settings: RuleSettings): [method: string, Rule][] {
  const { registry } = settings
  const rule = (list: List): Rule => listRule(list, settings)
  return [
    [
      'tools/list',
      rule({ ...named('tool'), field: 'tools', entryOf: ({ name }) => findNamed(registry, 'tools', name) }),
    ],
    [
      'prompts/list',
      rule({ ...named('prompt'), field: 'prompts', entryOf: ({ name }) => findNamed(registry, 'prompts', name) }),
    ],
    [
      'resources/list',
      rule({
        field: 'resources',
        kind: 'resource',
        id: 'uri',
        entryOf: ({ uri }) => findResource(registry, uri)?.entry,
        areListed: (caller, items) =>
          mayReadEach(
            items.map(({ uri }) => uri),
            caller,
            settings,
          ),
      }),
    ],
    [
      'resources/templates/list',
      rule({
        field: 'resourceTemplates',
        kind: 'resource',
        id: 'uriTemplate',
        entryOf: ({ name, uriTemplate }) => findTemplate(registry, name, uriTemplate),
      }),
    ],
  ]
}

/** What a list has, and who may see it. */
interface List {
  /** Where the items are in the result. */
  readonly field: string
  readonly kind: Undeclared
  /** The field of an item by which it is known. */
  readonly id: string
  entryOf(item: Params): Entry | undefined
  /** Tells for each item whether it is listed. @defaultValue as its entry says */
  areListed?(caller: Caller, items: readonly Params[]): Promise<readonly boolean[]>
}

function named(kind: Undeclared): Pick<List, 'kind' | 'id'> {
  return { kind, id: 'name' }
}

function listRule({ field, kind, id, entryOf, areListed }: List, settings: RuleSettings): Rule {
  return async ({ caller, forward, isV2 }) => {
    await charge(caller)
    const result = (await forward()) as Params
    const items = Array.isArray(result[field]) ? (result[field] as Params[]) : []
    const isListed = await (areListed?.(caller, items) ?? areVisible(items.map(entryOf), caller, settings))
    const listed = items.filter((_, index) => isListed[index])
    for (const [index, item] of items.entries()) {
      if (!isListed[index] && entryOf(item) === undefined) settings.wiring.missesAccess(kind, item[id])
    }
    // Clients of 2026-07-28 cache lists. One caller must not get the list of another.
    return { ...result, [field]: listed, ...(isV2 ? { cacheScope: 'private' } : {}) }
  }
}
