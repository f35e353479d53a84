import type { Span, Tracer } from '@opentelemetry/api'
import { quietly } from './quietly.js'
import { withinSpan } from './within-span.js'

/** What is measured of a call: how long it took, and its span, if one could be begun. */
export interface Measured {
  readonly seconds: number
  readonly span: Span | undefined
}

/**
 * Does `work` within a span, so that what it calls is traced below it. `ended` is told how it went; then the span ends. What
 * OpenTelemetry throws changes nothing for the caller, and what is known at once stays no promise.
 */
export function inSpan<T extends object | null | undefined>(
  tracer: Tracer,
  name: string,
  work: () => T | Promise<T>,
  ended: {
    readonly returned: (value: T, measured: Measured) => void
    readonly threw: (error: unknown, measured: Measured) => void
  },
): T | Promise<T> {
  const begunAt = performance.now()
  const span = quietly(() => tracer.startSpan(name))
  const finish = (tell: (measured: Measured) => void): void => {
    const seconds = (performance.now() - begunAt) / 1_000
    quietly(() => tell({ seconds, span }))
    quietly(() => span?.end())
  }
  const returned = (value: T): T => {
    finish((measured) => ended.returned(value, measured))
    return value
  }
  const threw = (error: unknown): never => {
    finish((measured) => ended.threw(error, measured))
    throw error
  }
  let outcome: T | Promise<T>
  try {
    outcome = span === undefined ? work() : withinSpan(span, work)
  } catch (error) {
    return threw(error)
  }
  return outcome instanceof Promise ? outcome.then(returned, threw) : returned(outcome)
}
