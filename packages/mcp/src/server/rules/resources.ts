import { RpcError } from '../../rpc/rpc-error.js'
import { findResource } from '../registry.js'
import { answerAsUnknown } from './answer-as-unknown.js'
import { charge, type Params, type Rule, type RuleSettings } from './rule.js'
import { mayRead } from './visibility.js'

/** The rules of the methods that read resources, and that subscribe to them. */
export function resourceRules(settings: RuleSettings): [method: string, Rule][] {
  const read: Rule = async (message) => {
    const { caller, params, isV2, forward } = message
    await charge(caller)
    if (!(await mayRead(params.uri, caller, settings))) return answerAsUnknown(message, 'Resource')
    const result = (await forward()) as Params
    const isPublic = findResource(settings.registry, params.uri)?.entry.access === 'public'
    return isPublic || !isV2 ? result : { ...result, cacheScope: 'private' }
  }

  const { byUri } = settings.subscribers

  /** A random URI must not reach the host's handler, so refuse here: alike for every resource that may not be read. */
  const requireReadable: Rule = async ({ caller, params }) => {
    await charge(caller)
    if (await mayRead(params.uri, caller, settings)) return
    throw new RpcError(-32602, `Resource ${String(params.uri)} not found`)
  }

  const subscribe: Rule = async (message) => {
    await requireReadable(message)
    const result = await message.forward()
    byUri.set(String(message.params.uri), message.caller)
    return result
  }

  const unsubscribe: Rule = async (message) => {
    await requireReadable(message)
    byUri.delete(String(message.params.uri))
    return message.forward()
  }

  return [
    ['resources/read', read],
    ['resources/subscribe', subscribe],
    ['resources/unsubscribe', unsubscribe],
  ]
}
