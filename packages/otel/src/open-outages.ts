import type { UpDownCounter } from '@opentelemetry/api'
import { quietly } from './quietly.js'

/** Counts the outages that are open. */
export interface OpenOutages {
  began(reason: string): void
  ended(reason: string): void
  /** The keyring is closed: nobody will tell the end of what is open now, or begins later. */
  close(): void
}

/** Makes what counts in `counter` the outages of one keyring that are open. */
export function openOutages(counter: UpDownCounter): OpenOutages {
  const open = new Set<string>()
  let closed = false
  const ended = (reason: string): void => {
    if (open.delete(reason)) quietly(() => counter.add(-1, { 'keywright.reason': reason }))
  }
  return {
    began: (reason) => {
      if (closed || open.has(reason)) return
      open.add(reason)
      quietly(() => counter.add(1, { 'keywright.reason': reason }))
    },
    ended,
    close: () => {
      closed = true
      for (const reason of open) ended(reason)
    },
  }
}
