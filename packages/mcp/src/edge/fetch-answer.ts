import { endOf } from '../caller/caller.js'
import type { Endpoint } from './endpoint.js'
import { SESSION_HEADER } from './header-names.js'
import { type StreamRequest, streamCheck } from './stream-check.js'

/**
 * Adds the guard's headers to the server's answer, tags its session id, and watches the answer if it is a stream.
 *
 * @param abort - Aborts the request that the server is still answering.
 */
export function guardAnswer(
  endpoint: Endpoint,
  answer: Response,
  opened: StreamRequest,
  abort: AbortController,
): Response {
  const { binding, headers } = opened.admission
  const added = Object.entries(headers).filter(([name]) => !answer.headers.has(name))
  const sessionId = answer.headers.get(SESSION_HEADER)
  if (sessionId !== null) added.push([SESSION_HEADER, endpoint.tags.tag(sessionId, binding)])
  const response = withHeaders(answer, added)
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response
  const { status, statusText, body } = response
  if (body === null) return response
  return new Response(watchedStream(endpoint, body, opened, abort), { status, statusText, headers: response.headers })
}

function watchedStream(
  endpoint: Endpoint,
  body: ReadableStream<Uint8Array>,
  opened: StreamRequest,
  abort: AbortController,
): ReadableStream<Uint8Array> {
  const { caller } = opened.admission
  const reader = body.getReader()
  let drop = (): void => {}
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      drop = endpoint.streams.watch({
        keyId: caller.principal?.key.id ?? null,
        expiresAt: endOf(caller),
        check: streamCheck(endpoint, opened, (frame) => controller.enqueue(new TextEncoder().encode(frame))),
        close: () => {
          controller.close()
          abort.abort()
          reader.cancel().catch(() => {})
        },
      })
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        drop()
        controller.close()
      } catch (cause) {
        drop()
        if (!abort.signal.aborted) controller.error(cause)
      }
    },
    cancel: async (reason) => {
      drop()
      await reader.cancel(reason)
    },
  })
}

/** Changes the response itself if possible: its host may know the whole body, and then sends it together with the headers. */
function withHeaders(response: Response, added: readonly (readonly [string, string])[]): Response {
  try {
    for (const [name, value] of added) response.headers.set(name, value)
    return response
  } catch {
    // The headers of a response that came from `fetch` cannot be changed.
    const { status, statusText, body } = response
    const headers = new Headers(response.headers)
    for (const [name, value] of added) headers.set(name, value)
    return new Response(body, { status, statusText, headers })
  }
}
