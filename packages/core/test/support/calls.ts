import { Session } from 'node:inspector/promises'

/** Bun has no inspector that can be asked from inside. */
export const countsCalls = !('Bun' in globalThis)

/**
 * How often functions of `packages/core/src` are called while `work` runs: an exact measure of what it costs, on any machine.
 * What Vitest adds to a file, a getter for each of its exports, does not count.
 */
export async function callsOf(work: () => unknown): Promise<number> {
  const session = new Session()
  session.connect()
  await session.post('Debugger.enable')
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await session.post('Profiler.takePreciseCoverage') // what ran before is forgotten
  await work()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  await session.post('Profiler.stopPreciseCoverage')
  let calls = 0
  for (const { url, scriptId, functions } of result) {
    if (!/packages\/core\/src\/.*\.ts$/.test(url)) continue
    const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId })
    for (const { ranges } of functions) {
      const { count = 0, startOffset = 0, endOffset = 0 } = ranges[0] ?? {}
      const isExport = /^\(\) => \{ try \{ return \w+ \} catch/.test(scriptSource.slice(startOffset, endOffset))
      if (!isExport) calls += count
    }
  }
  session.disconnect()
  return calls
}
