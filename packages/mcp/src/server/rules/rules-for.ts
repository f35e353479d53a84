import { completionRules } from './completions.js'
import { listRules } from './lists.js'
import { promptRules } from './prompts.js'
import { resourceRules } from './resources.js'
import type { Rule, RuleSettings } from './rule.js'
import { toolRules } from './tools.js'

/** The rule of each method that could show or do something, by its name on the wire. */
export function rulesFor(settings: RuleSettings): ReadonlyMap<string, Rule> {
  return new Map([
    ...listRules(settings),
    ...toolRules(settings),
    ...promptRules(settings),
    ...resourceRules(settings),
    ...completionRules(settings),
  ])
}
