import type { ManagedWebhook, WebhookManager } from '../host/webhook-manager.js'
import { ApiProblem, webhookNotFound } from '../http/problem.js'
import type { Permission } from '../request/permit.js'
import type { RequestContext } from '../request/request-context.js'

/**
 * The webhooks of the product, for a caller with a permission.
 *
 * @throws {@link ApiProblem} with status 403 for another caller; with 404 if the product sends none.
 */
export function requireWebhooks(
  { permit, webhooks }: Pick<RequestContext, 'permit' | 'webhooks'>,
  permission: Extract<Permission, `webhooks${string}`>,
): WebhookManager {
  permit.require(permission)
  if (webhooks === undefined) throw new ApiProblem(404, 'not_found', 'The product sends no webhooks.')
  return webhooks
}

/**
 * The webhook that a path names: of the key that it names, and of no other.
 *
 * @throws {@link ApiProblem} as {@link requireWebhooks}; with status 404 for a webhook of another key, as for one that is not there.
 */
export async function reachWebhook(
  context: Pick<
    RequestContext<{ readonly id: string; readonly webhook_id: string }>,
    'permit' | 'webhooks' | 'params' | 'within'
  >,
  permission: Parameters<typeof requireWebhooks>[1],
): Promise<{ readonly hooks: WebhookManager; readonly webhook: ManagedWebhook }> {
  const hooks = requireWebhooks(context, permission)
  const { params, within } = context
  const webhook = await hooks.get(params.webhook_id, { within })
  if (webhook.keyId !== params.id) throw webhookNotFound()
  return { hooks, webhook }
}
