// The one table of all guards, inside a worker: its tests, the app that they ask, and Vitest, which runs them.
import { testGate } from '@keywright/testkit'
import { startTests } from '@vitest/runner'
import { getTests } from '@vitest/runner/utils'
import { gateApp } from '../../packages/hono/test/gate-app.ts'
import { fetchApp } from '../../packages/testkit/test/fetch-app.ts'

// What Vitest reads of its worker, where there is one.
globalThis.__vitest_worker__ = { metaEnv: process.env }

const remoteAddress = '127.0.0.1' // only Cloudflare tells a worker
const handlers = {
  'fetch guard': (app) => {
    const handle = fetchApp(app)
    return (request) => handle(request, { remoteAddress, encrypted: false })
  },
  Hono: (app) => gateApp(app, () => ({ remote: { address: remoteAddress } })).fetch,
}

let handler = () => new Response('no test is running', { status: 503 })

/** Answers a request by the app of the test that is running. */
export const answer = (request) => handler(request)

/** Runs the table through each guard that speaks Fetch; its requests come to {@link answer} by way of `port`. */
export async function run(port) {
  const importFile = () => {
    for (const [name, handlerOf] of Object.entries(handlers)) {
      const listen = async (app) => {
        handler = handlerOf(app)
        return { port, close: () => {} }
      }
      testGate({ name, joinsLines: true, parser: 'workerd', listen })
    }
  }
  const timeouts = { testTimeout: 20_000, hookTimeout: 20_000 }
  const config = { root: '/', setupFiles: [], sequence: { hooks: 'stack' }, tags: [], ...timeouts }
  const files = await startTests(['/gate-table'], { config, importFile })
  const tests = getTests(files)
  const failed = [...files, ...tests].flatMap(({ name, result }) =>
    (result?.errors ?? []).map(({ message, diff = '' }) => `${name}: ${message}\n${diff}`),
  )
  return { passed: tests.filter(({ result }) => result?.state === 'pass').length, failed }
}
