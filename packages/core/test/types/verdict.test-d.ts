// Promise: nobody reads a principal off a refused request.
import type { Gate, Principal } from '@keywright/core'
import { type access, type Exactly, includes, keyring } from './product.js'

const verdict = await keyring.verify('token')
// @ts-expect-error not before it was asked
verdict.principal
// @ts-expect-error nor a refusal
verdict.refusal
if (verdict.ok) {
  includes<Exactly<typeof verdict.principal, Principal<typeof access>>>()
  // @ts-expect-error a live key was not refused
  verdict.refusal
} else {
  // @ts-expect-error a refused request has no principal
  verdict.principal
  // @ts-expect-error codes are a closed list
  verdict.refusal.code === 'forbidden'
}

declare const gate: Gate<typeof access>
const answer = await gate({ fields: [], url: '/' }, { fields: [], url: '/' })
// @ts-expect-error not before it was asked
answer.principal
if (!answer.ok) {
  // @ts-expect-error a refused request has no principal
  answer.principal
}

if (verdict.ok) {
  // @ts-expect-error nothing on a principal can be set
  verdict.principal.organizationId = 'org2'
  // @ts-expect-error nor in its key
  verdict.principal.key.grants.scopes = ['*']
  // @ts-expect-error nor added to its scopes
  verdict.principal.scopes.push('billing.pay')
}
