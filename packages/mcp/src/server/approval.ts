import { randomUUID } from 'node:crypto'
import type { Access, Principal } from '@keywright/core'
import { DeadlineExceeded, isRecord, withDeadline } from '@keywright/core/adapter'
import { HostOutage } from '../caller/ask-host.js'
import type { Caller, Login } from '../caller/caller.js'
import { RpcError } from '../rpc/rpc-error.js'

/** How long an owner has to answer: less than the minute that the SDKs' clients wait for a tool. */
export const defaultApproveMs = 50_000

/** A call that waits for the owner of its key. */
export interface ApprovalRequest<A extends Access = Access, L extends Login = Login> {
  /** The name of the tool. */
  readonly tool: string
  /** As the handler gets them; of a low-level server, as the client sent them. */
  readonly arguments: Readonly<Record<string, unknown>>
  /** The key of the call; `null` for a person whom the host signed in. */
  readonly principal: Principal<A> | null
  /** The person whom the host signed in, as `fallback` returned them; `null` for a key. */
  readonly login: L | null
  /** Aborts when the answer comes too late, or when the client cancels the call. */
  readonly signal: AbortSignal
}

/** What the owner says of a call. With `url`: they have yet to say it, on that page. */
export type ApprovalAnswer = 'approved' | 'denied' | { readonly url: string }

/** Asks the owner whether a call may run. */
export type Approve<A extends Access = Access, L extends Login = Login> = (
  request: ApprovalRequest<A, L>,
) => ApprovalAnswer | Promise<ApprovalAnswer>

/** How the host asks owners, and for how long. */
export interface Approving {
  readonly approve: Approve
  readonly ms: number
}

/** Why a call did not run: for the model, and for programs. */
export interface NotApproved {
  readonly decision: 'denied' | 'refused'
  readonly text: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The approval of one call. It is asked for when the handler has its arguments, and its scopes were checked. */
export interface CallApproval {
  /** Asks whether the call may run with these arguments. */
  isGivenFor(args: ApprovalRequest['arguments']): Promise<boolean>
  /** Why the call did not run. `null`: nobody said no. */
  notApproved(): NotApproved | null
}

/**
 * Makes the approval of the call to which `extra` belongs, so that its handler finds it.
 *
 * @param isOnce - Whether one yes is for everything that the handler of the message does: the host wrote all of it.
 */
export function approvalOf(
  approving: Approving | null,
  caller: Caller,
  tool: string,
  extra: unknown,
  isOnce: boolean,
): CallApproval {
  let refused: NotApproved | null = null
  let isGiven = false
  const approval: CallApproval = {
    notApproved: () => refused,
    isGivenFor: async (args) => {
      if (isGiven && isOnce) return true
      refused = await ask(approving, caller, { tool, arguments: args }, signalIn(extra))
      isGiven = refused === null
      return isGiven
    },
  }
  if (isRecord(extra)) approvals.set(extra, approval)
  return approval
}

async function ask(
  approving: Approving | null,
  caller: Caller,
  call: Pick<ApprovalRequest, 'tool' | 'arguments'>,
  cancelled: AbortSignal | null,
): Promise<NotApproved | null> {
  const { tool } = call
  if (approving === null) return notApproved(tool, 'approval_denied', 'nobody can be asked')
  const { approve, ms } = approving
  const { principal, login } = caller
  const late = new AbortController()
  const signal = AbortSignal.any([late.signal, ...(cancelled === null ? [] : [cancelled])])
  const lateness = new DeadlineExceeded(ms)
  try {
    const answer = readAnswer(
      await withDeadline(() => approve({ ...call, principal, login, signal }), ms, { lateness }),
    )
    if (cancelled?.aborted) return notApproved(tool, 'approval_denied', 'the call was cancelled')
    if (answer === 'approved') return null
    if (answer === 'denied') return notApproved(tool, 'approval_denied', 'they said no')
    return notApprovedYet(tool, answer.url)
  } catch (error) {
    late.abort()
    if (error === lateness) return notApproved(tool, 'approval_timed_out', 'they did not answer in time')
    return outage(caller, error)
  }
}

const approvals = new WeakMap<object, CallApproval>()

/**
 * Asks for the approval of the call to which `extra` belongs. A server that is not protected asks nobody, so it refuses.
 *
 * @throws {@link RpcError} when the call may not run.
 */
export async function requireApproval(extra: unknown, args: ApprovalRequest['arguments']): Promise<void> {
  const approval = isRecord(extra) ? approvals.get(extra) : undefined
  if (approval !== undefined && (await approval.isGivenFor(args))) return
  const text = approval?.notApproved()?.text ?? 'approval_denied: this call needs an approval, and nobody can be asked.'
  throw new RpcError(-32003, text)
}

function readAnswer(answer: unknown): ApprovalAnswer {
  if (answer === 'approved' || answer === 'denied') return answer
  const url = isRecord(answer) ? answer.url : undefined
  if (typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return { url }
  throw new TypeError("approve must answer 'approved', 'denied', or an object with the url of a page")
}

type Code = 'approval_denied' | 'approval_timed_out'

function notApproved(tool: string, code: Code, why: string): NotApproved {
  const text = `${code}: the owner has to approve this call, and ${why}. It did not run. Do not repeat it unless they ask for it.`
  return { decision: 'denied', text, data: { code, tool } }
}

/** In the shape of the draft of structured denials, SEP-2643, beside the code. */
function notApprovedYet(tool: string, url: string): NotApproved {
  const code = 'approval_required'
  const message = 'Open this page to approve the call.'
  const text = `${code}: the owner has to approve this call, at ${url}. It did not run. Make the same call again when they have approved it.`
  const authorization = { reason: 'insufficient_authorization', remediationHints: [{ type: 'url' }] }
  const elicitations = [{ mode: 'url', elicitationId: randomUUID(), url, message }]
  return { decision: 'denied', text, data: { code, tool, authorization, elicitations } }
}

/** Tells the host of its error, of which the client sees nothing. */
async function outage(caller: Caller, error: unknown): Promise<NotApproved> {
  try {
    return await caller.ask(() => {
      throw error
    })
  } catch (told) {
    if (!(told instanceof HostOutage)) throw told
    return { decision: 'refused', text: told.message, data: told.refused }
  }
}

/** Aborts when the client cancels the call: v1 has it in `extra`, v2 under `mcpReq`. */
function signalIn(extra: unknown): AbortSignal | null {
  if (!isRecord(extra)) return null
  const signal = extra.signal ?? (isRecord(extra.mcpReq) ? extra.mcpReq.signal : undefined)
  return signal instanceof AbortSignal ? signal : null
}
