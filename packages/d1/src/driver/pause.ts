/** The longest pause. */
const longestMs = 1_000

/** Waits at random, longer each time, so that those who met do not meet again. */
export function pause(tried: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * Math.min(longestMs, 10 * 2 ** tried))
  })
}
