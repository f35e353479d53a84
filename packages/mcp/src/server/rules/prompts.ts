import { decide } from '../../caller/decide.js'
import { messageForDenial } from '../../caller/messages.js'
import { RpcError } from '../../rpc/rpc-error.js'
import { findNamed } from '../registry.js'
import { answerAsUnknown } from './answer-as-unknown.js'
import { asParams, charge, type Rule, type RuleSettings } from './rule.js'
import { isVisible } from './visibility.js'

/** The rule of `prompts/get`. */
export function promptRules(settings: RuleSettings): [method: string, Rule][] {
  const get: Rule = async (message) => {
    const { caller, params, forward } = message
    await charge(caller)
    const entry = findNamed(settings.registry, 'prompts', params.name)
    if (!(await isVisible(entry, caller, settings))) return answerAsUnknown(message, 'Prompt')
    const decision = await decide(entry?.access, caller, asParams(params.arguments))
    if (!decision.ok) throw new RpcError(-32003, messageForDenial(decision, settings.docsUrl))
    return forward()
  }
  return [['prompts/get', get]]
}
