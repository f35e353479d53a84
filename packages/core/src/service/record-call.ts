import { InvalidInput } from '../errors/index.js'
import { type Actor, type AuditDraft, isTextList, type ToolCall } from '../values/index.js'
import { checkId, checkOwner } from './check-input.js'
import { checkContext, cut, type ManageOptions } from './manage-options.js'
import type { Settings, TokenFormat } from './options.js'
import { reachStore } from './reach-store.js'

const decisions: ReadonlySet<unknown> = new Set(['allowed', 'denied', 'hidden', 'rate_limited', 'refused'])

/** See `AuditLog.recordCall`. */
export async function recordCall(
  { store, auditKey, format }: Settings,
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
  await reachStore(store.appendAudit(organizationId, [draft], auditKey))
}

function callerOf({ keyId, loginId }: ToolCall): Actor {
  if (keyId !== null) return { type: 'key', id: checkId(keyId, 'keyId') }
  return { type: 'user', id: checkId(loginId, 'loginId') }
}

/** Makes texts from outside fit to be kept for ever: clients have sent their key in stranger places than a tool's name. */
function withoutTokens({ namespaces, foreign }: TokenFormat): (text: string) => string {
  const tokens = new RegExp(`(?:${[...namespaces, ...foreign].join('|')})_\\w*`, 'g')
  return (text) => cut(text.replaceAll(tokens, '[redacted]'))
}

function dataOf(call: ToolCall, clean: (text: string) => string): AuditDraft['data'] {
  const { owner, narrowing, tool, decision, missing, failed, durationMs } = call
  if (typeof tool !== 'string') throw new InvalidInput('tool', 'a text')
  if (!decisions.has(decision)) throw new InvalidInput('decision', [...decisions].join(', '))
  if (!isTextList(missing)) throw new InvalidInput('missing', 'a list of scopes')
  if (!(durationMs >= 0 && durationMs < Number.MAX_SAFE_INTEGER)) throw new InvalidInput('durationMs', 'milliseconds')
  const ids = Object.entries(narrowing)
  if (!ids.every(([, list]) => isTextList(list))) throw new InvalidInput('narrowing', 'lists of ids by type')
  return {
    owner: owner === null ? null : { ...checkOwner(owner) },
    tool: clean(tool),
    decision,
    missing: missing.map(clean),
    narrowing: Object.fromEntries(ids.map(([type, list]) => [clean(type), list.map(clean)])),
    failed: failed === true,
    durationMs: Math.round(durationMs),
  }
}
