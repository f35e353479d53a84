import type { Caller } from '../../caller/caller.js'
import { decideEach, mayBeAllowed } from '../../caller/decide.js'
import { type Entry, findNamed, type Registry } from '../registry.js'
import { asParams, charge, type Params, type Rule, type RuleSettings } from './rule.js'
import { isVisible } from './visibility.js'

/** The rule of `completion/complete`: suggests only values with which the call would be allowed. */
export function completionRules(settings: RuleSettings): [method: string, Rule][] {
  const complete: Rule = async ({ caller, params, forward }) => {
    await charge(caller)
    const entry = entryOf(settings.registry, asParams(params.ref))
    if (entry === undefined || !(await isVisible(entry, caller, settings))) return completion([])
    if (!(await mayBeAllowed(entry.access, caller))) return completion([])
    const result = (await forward()) as { readonly completion: { readonly values: readonly string[] } }
    if (entry.access === 'public' || entry.access?.on === undefined) return result
    return { ...result, ...completion(await allowedValues(entry, caller, params, result.completion.values)) }
  }
  return [['completion/complete', complete]]
}

function entryOf(registry: Registry, ref: Params): Entry | undefined {
  if (ref.type === 'ref/prompt') return findNamed(registry, 'prompts', ref.name)
  const registered = [...registry.templates.values()].find(({ uriTemplate }) => uriTemplate === ref.uri)
  return registered ?? registry.declared?.templates.get(String(ref.uri))
}

/** Completers do not know the caller, so each value that they suggest is decided here. */
async function allowedValues(
  { access }: Entry,
  caller: Caller,
  params: Params,
  values: readonly string[],
): Promise<string[]> {
  const given = asParams(asParams(params.context).arguments)
  const name = String(asParams(params.argument).name)
  const calls = values.map((value) => ({ access, args: { ...given, [name]: value } }))
  const decisions = await decideEach(calls, caller)
  return values.filter((_, index) => decisions[index]?.ok)
}

function completion(values: string[]): Params {
  return { completion: { values, total: values.length, hasMore: false } }
}
