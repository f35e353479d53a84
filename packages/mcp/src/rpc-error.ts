import type { Decision } from './decide.js'

/** A JSON-RPC error. Both SDKs read `code`, `message` and `data` off whatever a handler throws. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data?: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    if (data !== undefined) this.data = data
  }
}

/** What a model is told of a call that is not allowed: enough to pick another resource, or to say which scope to ask for. */
export function sayMissing(decision: Extract<Decision, { ok: false }>, docsUrl: string | null): string {
  const { missing, resource } = decision
  const what = missing.length === 0 ? 'the right to do this' : missing.join(', ')
  // The id is the model's own word; quoted, and cut, so that it cannot pass for ours.
  const where = resource === null ? '' : ` on ${resource.type} ${JSON.stringify(resource.id.slice(0, 100))}`
  const hint = docsUrl === null ? '' : ` See ${docsUrl}`
  return `insufficient_scope: this API key, or its owner, does not have ${what}${where}. The same call will be refused again.${hint}`
}
