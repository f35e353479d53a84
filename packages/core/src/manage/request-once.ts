import { createHash } from 'node:crypto'
import { canonicalJson } from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'
import type { ManageOptions } from '../input/index.js'
import type { Once } from '../store/index.js'
import type { Actor, JsonObject, JsonValue } from '../values/index.js'

/** What a request must agree in with an earlier one, to be that one again. */
export interface RequestScope {
  readonly verb: 'create' | 'rotate' | 'grant'
  readonly actor: Actor
  readonly organizationId: string
}

/**
 * Names a request by its `idempotencyKey`, and what it asks for by a digest: neither is stored as it came.
 *
 * @throws InvalidInput
 */
export function requestOnce(scope: RequestScope, { idempotencyKey }: ManageOptions, input: unknown): Once | undefined {
  if (idempotencyKey === undefined) return undefined
  if (typeof idempotencyKey !== 'string' || idempotencyKey.length < 1 || idempotencyKey.length > 255) {
    throw new InvalidInput('idempotencyKey', '1 to 255 characters')
  }
  const { verb, actor, organizationId } = scope
  const name = [verb, actor.type, actor.id, organizationId, idempotencyKey]
  return { id: digest('request', name), fingerprint: digest('input', asJson(input)) }
}

function digest(label: string, value: JsonValue): string {
  return createHash('sha256')
    .update(`keywright/${label}/v1\0${canonicalJson(value)}`)
    .digest('hex')
}

/** The input with its Dates as texts, and without what is `undefined`. */
function asJson(input: unknown): JsonObject {
  return JSON.parse(JSON.stringify(input)) as JsonObject // the inputs of verbs are objects
}
