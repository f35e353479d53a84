import { context, type Span, trace } from '@opentelemetry/api'
import { quietly } from './quietly.js'

/** Does `work` once, in the context of `span`. With a context manager that throws, it is done all the same. */
export function withinSpan<T>(span: Span, work: () => T): T {
  const done = once(work)
  quietly(() => context.with(trace.setSpan(context.active(), span), done))
  // What the context manager has thrown, before or after the work, is none of the caller's: only what came of the work is.
  return done()
}

/** A form of `work` that does it at the first call, and gives each caller what came of it. */
function once<T>(work: () => T): () => T {
  let outcome: (() => T) | undefined
  return () => {
    outcome ??= outcomeOf(work)
    return outcome()
  }
}

function outcomeOf<T>(work: () => T): () => T {
  try {
    const value = work()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}
