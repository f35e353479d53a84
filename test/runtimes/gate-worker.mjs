// To run the tests is a request, too; all others are the tests' own. Vitest sets timers as it is loaded: in a request alone.
export default {
  async fetch(request) {
    const { answer, run } = await import('./gate-table.mjs')
    const { hostname, port } = new URL(request.url)
    return hostname === 'run.localhost' ? Response.json(await run(Number(port))) : answer(request)
  },
}
