import { verifyWebhook } from '@keywright/webhooks/receiver'

/** What an example has in place of a customer's server, to which events are sent. */
export interface ReceiverStub {
  /** Takes the events of one webhook. One that is not signed with its secret is answered with 400. */
  fetch(request: Request): Promise<Response>
  /** The events that were signed, in the order in which they came: `task.created: Book a room`. */
  readonly heard: readonly string[]
  /** Tells the secret of the webhook, which is shown once, when the webhook is made. */
  learn(secret: string): void
}

/** Stands where a customer receives the events of a webhook. It only remembers them. */
export function receiverStub(): ReceiverStub {
  const heard: string[] = []
  let secret: string | undefined
  return {
    fetch: async (request) => {
      const verdict = await verifyWebhook(request, secret)
      if (!verdict.ok) return new Response(null, { status: 400 })
      const { title } = verdict.event.data as { title?: string } // of the example's own events; a test event has none
      heard.push(title === undefined ? verdict.event.type : `${verdict.event.type}: ${title}`)
      return new Response(null, { status: 204 })
    },
    heard,
    learn: (shown) => {
      secret = shown
    },
  }
}
