/**
 * The fastest of several runs, in milliseconds: a pause of the machine does not count. Compare it with the time of another run on
 * the same machine, never with a number of milliseconds.
 */
export function fastest(run: () => unknown, runs = 20): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
  return Math.min(...times)
}
