import type { ToolCall } from '@keywright/core'
import { HostOutage } from '../../caller/ask-host.js'
import { callEvent } from '../../caller/call-event.js'
import { type Decision, type Denial, decide } from '../../caller/decide.js'
import { messageForDenial } from '../../caller/messages.js'
import { messageForRefusal, refusalData } from '../../rpc/refusal-text.js'
import { RpcError } from '../../rpc/rpc-error.js'
import { approvalOf, type CallApproval } from '../approval.js'
import { type Entry, findNamed } from '../registry.js'
import { answerAsUnknown } from './answer-as-unknown.js'
import { asParams, type Params, type Rule, type RuleSettings } from './rule.js'
import { isVisible } from './visibility.js'

type Message = Parameters<Rule>[0]
type Report = (decision: ToolCall['decision'], missing?: readonly string[], failed?: boolean) => void

/** The rule of `tools/call`: charges the key, decides, and reports the call to the host. */
export function toolRules(settings: RuleSettings): [method: string, Rule][] {
  const { docsUrl, access } = settings

  const call: Rule = async (message) => {
    const tool = String(message.params.name)
    const startedAt = performance.now()
    const report: Report = (decision, missing = [], failed = false) => {
      const durationMs = performance.now() - startedAt
      settings.onCall(callEvent(message.caller, { tool, decision, missing, failed, durationMs }))
    }
    const found = await chargeAndDecide(message, settings)
    if (!('decision' in found)) {
      report(found.refused.code === 'rate_limited' ? 'rate_limited' : 'refused')
      return refuse(message, found.text, found.refused)
    }
    const { decision, entry } = found
    if (decision === 'hidden') {
      report('hidden')
      return answerAsUnknown(message, 'Tool')
    }
    if (decision.ok) return runTool(message, report, null, neededApproval(message, tool, entry, settings))
    // The arguments name no resource. Let the SDK's validation say what is wrong with them; `scoped` decides again.
    const mayValidate =
      message.bySdk && !decision.located && decision.missing.every((scope) => access.resourceScopes.has(scope))
    if (mayValidate) return runTool(message, report, decision, neededApproval(message, tool, entry, settings))
    report('denied', decision.missing)
    return refuse(message, messageForDenial(decision, docsUrl), denialData(tool, decision))
  }

  return [['tools/call', call]]
}

/** What comes before the tool runs: a decision, or the refusal of a call about which nothing could be decided. */
type Examined =
  | { readonly decision: Decision | 'hidden'; readonly entry: Entry | undefined }
  | { readonly refused: { readonly code: string }; readonly text: string }

async function chargeAndDecide({ caller, params }: Message, settings: RuleSettings): Promise<Examined> {
  const entry = findNamed(settings.registry, 'tools', params.name)
  const cost = entry?.access === undefined || entry.access === 'public' ? 1 : (entry.access.cost ?? 1)
  try {
    const visible = await isVisible(entry, caller, settings)
    const refusal = await caller.meter(visible ? cost : 1)
    if (refusal !== null) return { refused: refusalData(refusal), text: messageForRefusal(refusal) }
    if (!visible) return { decision: 'hidden', entry }
    return { decision: await decide(entry?.access, caller, asParams(params.arguments)), entry }
  } catch (error) {
    if (!(error instanceof HostOutage)) throw error
    return { refused: error.refused, text: error.message }
  }
}

/** The approval that a call needs, or `null`. */
function neededApproval(
  { caller, extra, bySdk }: Message,
  tool: string,
  entry: Entry | undefined,
  { approving }: RuleSettings,
): CallApproval | null {
  const { access } = entry ?? {}
  if (typeof access !== 'object' || access.approve === undefined) return null
  return approvalOf(approving, caller, tool, extra, !bySdk)
}

/**
 * @param denial - Set when the call passes only so that the SDK can validate it. If it then fails, it was denied.
 * @param approval - What `scoped` asks for, with the arguments that its handler gets. A handler of the host's own does not.
 */
async function runTool(
  message: Message,
  report: Report,
  denial: Denial | null,
  approval: CallApproval | null,
): Promise<unknown> {
  const { forward, bySdk, params } = message
  const reportFailure = (): void => report(denial === null ? 'allowed' : 'denied', denial?.missing, true)
  const notApproved = (): unknown => {
    const refused = approval?.notApproved() ?? null
    if (refused === null) return null
    report(refused.decision)
    return refuse(message, refused.text, refused.data)
  }
  if (!bySdk) await approval?.isGivenFor(asParams(params.arguments))
  const refused = notApproved()
  if (refused !== null) return refused
  let result: Params
  try {
    result = (await forward()) as Params
  } catch (error) {
    const refused = notApproved()
    if (refused !== null) return refused
    reportFailure()
    throw error
  }
  const refusedMeanwhile = notApproved()
  if (refusedMeanwhile !== null) return refusedMeanwhile
  if (result.isError === true) reportFailure()
  else report('allowed')
  return result
}

/**
 * A refusal as the result of the tool, so that the model reads it.
 *
 * @throws {@link RpcError} when the client asks for a task: v1 then passes on no other result.
 */
function refuse({ params, isV2 }: Message, text: string, refusal: Params): unknown {
  if (params.task !== undefined && !isV2) throw new RpcError(codeFor(refusal.code), text, refusal)
  return { content: [{ type: 'text', text }], isError: true, _meta: { 'keywright/refusal': refusal } }
}

function codeFor(code: unknown): number {
  if (code === 'rate_limited' || code === 'budget_exhausted') return -32029
  return code === 'auth_unavailable' ? -32603 : -32003
}

function denialData(tool: string, { required, missing, resource }: Denial): Params {
  return { code: 'insufficient_scope', tool, required, missing, resource }
}
