import { Pool } from 'undici'
import { type Contender, measure } from '../compare.js'
import { startServer } from './child-server.js'
import { type Part, rowOf } from './row.js'

// GET with a key, over connections that are kept. Every server is a process of its own, and only one is asked at a time.
const connections = 32
/** One after the other on each connection: none waits for the others, but for the last of them. */
const requestsInARow = 20

const frameworks = { express: 'Express', fastify: 'Fastify', hono: 'Hono on Node' } as const

/** A guard, against a check by hand and against none, before the same handler. */
export function overHttp(framework: keyof typeof frameworks): Part {
  return async ({ rounds }) => {
    const name = frameworks[framework]
    const running = [
      await contender(`${name} with a guard, keys in memory`, [framework, 'guarded']),
      await contender(`${name} with a check by hand`, [framework, 'by-hand']),
      await contender(`${name} with keyring.verify in a middleware by hand`, [framework, 'verify']),
      await contender(`${name} without a check`, [framework, 'bare']),
    ]
    const [guarded, byHand, verify, bare] = await measure(running, { rounds, turnMs: 400 })
    for (const { close } of running) await close()
    return [rowOf(guarded, byHand, { least: 0.9 }), rowOf(guarded, verify, null), rowOf(guarded, bare, null)]
  }
}

async function contender(name: string, words: readonly string[]): Promise<Contender & { close(): Promise<void> }> {
  const { url, tokens, cpuUs, close } = await startServer('http-server.ts', words)
  const { origin, pathname: path } = new URL(url)
  const pool = new Pool(origin, { connections })
  const ask = async (n: number): Promise<void> => {
    const headers = { accept: 'application/json', authorization: `Bearer ${tokens[n % tokens.length]}` }
    for (let asked = 0; asked < requestsInARow; asked += 1) {
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers })
      await body.dump()
      if (statusCode !== 200) throw new Error('This request is allowed')
    }
  }
  return {
    name,
    times: connections * requestsInARow,
    cpuUs,
    run: () => Promise.all(Array.from({ length: connections }, (_, n) => ask(n))),
    close: async () => {
      await pool.close()
      close()
    },
  }
}
