import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pause } from './random.js'
import type { AppOrder, AppReport, AppSize, Slot } from './world.js'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
/** How long something may take that takes a moment. A busy machine is slow. */
const patienceMs = 60_000

/** One process of the host, from its start to its end. */
export interface Life {
  readonly slot: Slot
  readonly name: string
  readonly port: number
  readonly agent: Agent
  /** `ending`: it was told to end, or killed. */
  state: 'up' | 'frozen' | 'ending'
  /** When it was killed; `null`: it was not. */
  killedAt: number | null
  /** What it has told, and when. */
  readonly told: readonly { readonly at: number; readonly report: AppReport }[]
  /** What it has printed. */
  readonly printed: () => string
  /** What the driver has got from it. */
  readonly got: Got
  freeze(): void
  thaw(): void
  kill(): Promise<void>
  /** Tells it to end, and waits until it has. @returns what is wrong with its end, or `null`. */
  terminate(): Promise<string | null>
  size(): Promise<AppSize>
}

/** Answers of a life, counted. */
export interface Got {
  /** 503 of the guard. */
  refused: number
  /** 503 of the management API. */
  apiRefused: number
  /** Connections that broke. */
  broken: number
  /** The uses that passed, by key, with their instants. */
  readonly passed: Map<string, number[]>
}

/**
 * Starts a process of the host, and waits until it listens.
 *
 * @param onDeath - Told if it ends though nobody told it to.
 */
export async function startLife(slot: Slot, order: AppOrder, onDeath: (how: string) => void): Promise<Life> {
  const child = fork(join(import.meta.dirname, 'app.ts'), [JSON.stringify(order)], {
    execArgv: ['--conditions=@keywright/source', '--import', tsx, '--expose-gc'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      printed += chunk
    })
  }
  const told: { readonly at: number; readonly report: AppReport }[] = []
  child.on('message', (report: AppReport) => told.push({ at: Date.now(), report }))
  // Whatever it has told and printed is known then.
  const ended = Promise.all([once(child, 'close'), once(child, 'disconnect')]).then(([[code, signal]]) => ({
    code,
    signal,
  }))
  const port = await Promise.race([
    listening(child),
    ended.then(({ code }) => {
      throw new Error(`${order.name} ended with ${code} before it listened: ${printed}`)
    }),
  ])
  const life: Life = {
    slot,
    name: order.name,
    port,
    agent: new Agent({ keepAlive: true, maxSockets: 1_000 }),
    state: 'up',
    killedAt: null,
    told,
    printed: () => printed,
    got: { refused: 0, apiRefused: 0, broken: 0, passed: new Map() },
    freeze: () => {
      life.state = 'frozen'
      child.kill('SIGSTOP')
    },
    thaw: () => {
      child.kill('SIGCONT')
      life.state = 'up'
    },
    kill: async () => {
      life.state = 'ending'
      life.killedAt = Date.now()
      child.kill('SIGKILL')
      await ended
      life.agent.destroy()
    },
    terminate: async () => {
      life.state = 'ending'
      child.kill('SIGTERM')
      // As a load balancer does: a connection that nobody uses any more would keep Fastify from closing.
      const closing = setInterval(() => closeIdle(life.agent), 50)
      const how = await Promise.race([ended, pause(patienceMs).then(() => null)])
      clearInterval(closing)
      child.kill('SIGKILL')
      life.agent.destroy()
      if (how === null) return `${order.name} did not end`
      return how.code === 0 ? null : `${order.name} ended with ${how.code ?? how.signal}`
    },
    size: async () => {
      const before = told.length
      if (child.connected) child.send('size')
      for (;;) {
        const answer = told.slice(before).find(({ report }) => report.type === 'size')?.report
        if (answer?.type === 'size') return answer.size
        if (life.state === 'ending') throw new Error(`${order.name} has ended`)
        await pause(20)
      }
    },
  }
  void ended.then(({ code, signal }) => {
    if (life.state !== 'ending')
      onDeath(`${order.name} ended by itself with ${code ?? signal}: ${printed.slice(-2_000)}`)
    life.state = 'ending'
  })
  return life
}

function closeIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}

async function listening(child: ChildProcess): Promise<number> {
  for (;;) {
    const [report] = (await once(child, 'message')) as [AppReport] // our own child's
    if (report.type === 'listening') return report.port
  }
}
