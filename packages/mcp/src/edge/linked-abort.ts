/**
 * A controller that also aborts when `signal` does. `AbortSignal.any` would do the same, but its garbage collection costs more
 * than the rest of the guard.
 */
export function linkedAbort(signal: AbortSignal): AbortController {
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal.reason)
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  return controller
}
