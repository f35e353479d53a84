import type { TokenFormat } from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkContext, checkId, checkOwner, cut, type ManageOptions } from '../input/index.js'
import { wrapStoreErrors } from '../store/index.js'
import { type Actor, type AuditDraft, isStringArray, type ToolCall } from '../values/index.js'
import type { AuditParts } from './parts.js'

const decisions: ReadonlySet<unknown> = new Set(['allowed', 'denied', 'hidden', 'rate_limited', 'refused'])

/** See {@link AuditLog.recordCall}. */
export async function recordCall(
  { store, auditKey, format }: AuditParts,
  call: ToolCall,
  options: Pick<ManageOptions, 'context'>,
): Promise<void> {
  const organizationId = checkId(call.organizationId, 'organizationId')
  const draft: AuditDraft = {
    type: 'tool.called',
    actor: callerOf(call),
    keyId: call.keyId,
    context: checkContext(options),
    data: dataOf(call, withoutTokens(format)),
  }
  await wrapStoreErrors(store.appendAudit(organizationId, [draft], auditKey))
}

function callerOf({ keyId, loginId }: ToolCall): Actor {
  if (keyId !== null) return { type: 'key', id: checkId(keyId, 'keyId') }
  return { type: 'user', id: checkId(loginId, 'loginId') }
}

/** Removes tokens from texts of clients, and shortens them. A client may send its key even as the name of a tool. */
function withoutTokens({ namespaces, foreign }: TokenFormat): (text: string) => string {
  const tokens = new RegExp(`(?:${[...namespaces, ...foreign].join('|')})_\\w*`, 'g')
  return (text) => cut(text.replaceAll(tokens, '[redacted]'))
}

function dataOf(call: ToolCall, clean: (text: string) => string): AuditDraft['data'] {
  const { delegateId = null, owner, narrowing, tool, decision, missing, failed, durationMs } = call
  if (typeof tool !== 'string') throw new InvalidInput('tool', 'a string')
  if (!decisions.has(decision)) throw new InvalidInput('decision', `one of ${[...decisions].join(', ')}`)
  if (!isStringArray(missing)) throw new InvalidInput('missing', 'a list of scopes')
  if (!(durationMs >= 0 && durationMs < Number.MAX_SAFE_INTEGER))
    throw new InvalidInput('durationMs', 'a number of milliseconds, 0 or more')
  const ids = Object.entries(narrowing)
  if (!ids.every(([, list]) => isStringArray(list)))
    throw new InvalidInput('narrowing', 'an object with a list of ids for each type')
  return {
    owner: owner === null ? null : { ...checkOwner(owner) },
    tool: clean(tool),
    decision,
    missing: missing.map(clean),
    narrowing: Object.fromEntries(ids.map(([type, list]) => [clean(type), list.map(clean)])),
    failed: failed === true,
    durationMs: Math.round(durationMs),
    ...(delegateId === null ? {} : { delegateId: checkId(delegateId, 'delegateId') }),
  }
}
