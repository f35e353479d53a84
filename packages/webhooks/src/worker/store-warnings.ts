import { outageGate } from '@keywright/core/adapter'
import type { WebhooksEvent } from './events.js'

/** Warns on the process, at most once a minute, while webhooks cannot be sent at all: where the host listens to no events. */
export function storeWarnings(): (event: WebhooksEvent) => void {
  const gate = outageGate()
  return (event) => {
    if (event.type === 'webhook.delivered') gate.worked()
    if (event.type !== 'webhooks.unavailable' || !gate.failed()) return
    const message = 'Webhooks are not sent: their store does not answer, or refuses to. They are kept, and sent later.'
    process.emitWarning(message, { type: 'KeywrightWarning', code: 'KEYWRIGHT_OUTAGE' })
  }
}
