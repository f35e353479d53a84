import type { Access } from '../access/index.js'
import type { Keyring } from '../service/index.js'
import { answerHeaders } from './answer-headers.js'
import { type FetchConnection, fetchRequest } from './fetch-request.js'
import { createGate, type GateOptions, type GatePrincipal, type GateRefusal } from './gate.js'

/** Options of {@link fetchGate}. */
export type FetchGateOptions<A extends Access = Access, O extends boolean = false> = GateOptions<A, Request, O>

/** The answer for a Fetch request: a principal for the handler, or the whole response to return in its place. */
export type FetchVerdict<A extends Access = Access, O extends boolean = false> =
  | {
      readonly ok: true
      readonly principal: GatePrincipal<A, O>
      /** What the handler's response must say beside its own words; {@link FetchVerdict.finish} puts it there. */
      readonly headers: Readonly<Record<string, string>>
      /** The handler's response with `headers` on it: `Vary` is added to, all else is the handler's where it has spoken. */
      readonly finish: (response: Response) => Response
    }
  | { readonly ok: false; readonly refusal: GateRefusal; readonly response: Response }

/** Decides about one request. Never rejects. */
export type FetchGate<A extends Access = Access, O extends boolean = false> = (
  request: Request,
  connection?: FetchConnection,
) => Promise<FetchVerdict<A, O>>

/**
 * Makes a gate for any server that speaks Fetch: Workers, Deno, Bun, a Next.js route handler.
 *
 * @throws InvalidOptions or ScopeUnknown at start-up, as `createGate` does.
 */
export function fetchGate<A extends Access, O extends boolean = false>(
  keyring: Keyring<A>,
  options: FetchGateOptions<A, O> = {},
): FetchGate<A, O> {
  const gate = createGate<A, Request, O>(keyring, options)
  return async (request, connection) => {
    const verdict = await gate(fetchRequest(request, connection), request)
    if (!verdict.ok) {
      const { status, headers, body } = verdict.reply
      return { ok: false, refusal: verdict.refusal, response: new Response(body, { status, headers }) }
    }
    const { principal, headers } = verdict
    const finish = (response: Response): Response => {
      // An upgrade has no fields to cache by, and cannot be copied.
      if (Object.keys(headers).length === 0 || response.status < 200) return response
      // A copy: the headers of a response that came from `fetch` cannot be changed.
      const finished = new Response(response.body, response)
      answerHeaders(headers, {
        get: (name) => finished.headers.get(name),
        set: (name, value) => finished.headers.set(name, value),
      })
      return finished
    }
    return { ok: true, principal, headers, finish }
  }
}
