import type { Schemas } from '../client/client.js'
import { usePage } from '../state/page.js'

/** Whether a webhook is sent events, and since when it has failed. */
export function EndpointStatus({ of: hook }: { readonly of: Schemas['Webhook'] }) {
  const { strings, formats } = usePage()
  const words = strings.webhooks
  const look = { active: 'active', paused: '', disabled_by_system: 'revoked' }[hook.status]
  return (
    <span class="endpoint-status">
      <span class={`badge ${look}`}>{words.statuses[hook.status]}</span>
      {hook.failing_since !== null && (
        <small class="warned" title={formats.exact(hook.failing_since)}>
          {words.failingSince(formats.ago(hook.failing_since))}
        </small>
      )}
    </span>
  )
}
