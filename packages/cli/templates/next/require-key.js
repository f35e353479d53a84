import { fetchGate } from '@keywright/core'
import { keyringOfApp } from './keyring.js'

/** Wraps a route handler: it runs only with a key that allows `rules.scopes`. */
export function requireKey(rules, handler) {
  let gate
  return async (request) => {
    gate ??= fetchGate(await keyringOfApp(), rules)
    const verdict = await gate(request)
    return verdict.ok ? verdict.finish(await handler(request, verdict.principal)) : verdict.response
  }
}
