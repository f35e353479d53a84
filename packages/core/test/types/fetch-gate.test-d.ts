// Promise: a fetch guard gives a principal of its keyring's model, perhaps none where that was asked for, or a response.
import { fetchGate, type Keyring, type Principal } from '@keywright/core'
import type { access } from './product.js'

declare const keyring: Keyring<typeof access>
declare const request: Request

const verdict = await fetchGate(keyring)(request)
if (verdict.ok) {
  const principal: Principal<typeof access> = verdict.principal
  void principal.key
  // @ts-expect-error a passed request has no response yet
  void verdict.response
} else {
  const response: Response = verdict.response
  void response
  // @ts-expect-error a refused request has no principal
  void verdict.principal
}

const optional = await fetchGate(keyring, { optional: true })(request)
if (optional.ok) {
  // @ts-expect-error nobody, perhaps
  void optional.principal.key
  void optional.principal?.key
}

// @ts-expect-error misspelt
fetchGate(keyring, { anyOf: ['nope'] })
// @ts-expect-error misspelt
fetchGate(keyring, { scopes: ['nope'] })
