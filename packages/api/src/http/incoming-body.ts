import type { IncomingMessage, ServerResponse } from 'node:http'

/** How much of a body that nobody read is read in the end, so that the connection can carry the next request. */
const maxUnreadBytes = 1_048_576

/**
 * The body of a request, which is not touched before somebody reads it. Whoever stops reading leaves the rest to {@link readRest}:
 * Node's own web stream would end the connection.
 */
export function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false })
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await chunks.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * Sees to what is left of a body when the answer is ready: without, the next request on a kept connection would never be read. A
 * rest that is too long, or of unknown length, ends the connection after the answer.
 */
export function readRest(incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (incoming.complete) return
  const length = Number(incoming.headers['content-length'] ?? Number.NaN)
  if (!(length <= maxUnreadBytes)) {
    outgoing.setHeader('Connection', 'close')
    return
  }
  outgoing.once('finish', () => incoming.resume())
}
