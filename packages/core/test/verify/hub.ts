import type { InvalidationBus } from '../../src/store/invalidation-bus.js'

interface Listener {
  onMessage(keyId: string): void
  onState(isListening: boolean): void
}

/** A bus inside this process, of which a test says what gets through. */
export function hub({ isUp = true } = {}) {
  const listeners = new Set<Listener>()
  const published: string[] = []
  const state = { isUp, isLossy: false }
  const bus: InvalidationBus = {
    async publish(keyId) {
      published.push(keyId)
      if (!state.isLossy && state.isUp) deliver(keyId)
    },
    subscribe(onMessage, onState) {
      const listener = { onMessage, onState }
      listeners.add(listener)
      if (state.isUp) onState(true)
      return async () => {
        listeners.delete(listener)
      }
    },
  }
  function deliver(keyId: string): void {
    for (const { onMessage } of listeners) onMessage(keyId)
  }
  return {
    bus,
    published,
    deliver,
    /** Loses all messages, and tells nobody. */
    lose(): void {
      state.isLossy = true
    },
    connect(isNowUp: boolean): void {
      state.isUp = isNowUp
      for (const { onState } of listeners) onState(isNowUp)
    },
    get listeners(): number {
      return listeners.size
    },
  }
}
