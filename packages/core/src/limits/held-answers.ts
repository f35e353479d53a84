/** Answers that are given late. */
export interface HeldAnswers {
  /**
   * Holds an answer for a while, or, where enough are held, for no time.
   *
   * @param network - Whose answer it is.
   */
  hold(network: string): Promise<void>
}

/** How long an answer is held. */
const delayMs = 250
/** Each held answer keeps a connection: good requests must find others, also in a small pool of a proxy. */
const mostHeld = 32
const mostPerNetwork = 4

/** Makes room for a bounded number of answers that are held at once. */
export function heldAnswers(): HeldAnswers {
  const held = new Map<string, number>()
  let all = 0
  return {
    hold: async (network) => {
      const ofNetwork = held.get(network) ?? 0
      if (all >= mostHeld || ofNetwork >= mostPerNetwork) return
      all += 1
      held.set(network, ofNetwork + 1)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      all -= 1
      const left = (held.get(network) ?? 1) - 1
      if (left === 0) held.delete(network)
      else held.set(network, left)
    },
  }
}
