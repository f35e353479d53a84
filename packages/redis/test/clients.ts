import { Redis as Ioredis6 } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient as createClient6 } from 'redis'
import { createClient as createClient4 } from 'redis4'
import { createClient as createClient5 } from 'redis5'
import { onTestFinished } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import type { RedisBusClient } from '../src/index.js'
import { redisUrl } from './redis-server.js'

/** The part of every client that tests use. */
export interface TestClient {
  readonly client: RedisBusClient
  /** Settles when the client is connected. */
  readonly ready: Promise<unknown>
  /** Sends one command. */
  command(...args: readonly [string, ...string[]]): Promise<unknown>
  close(): void
}

type NodeRedis = ReturnType<typeof createClient4 | typeof createClient5 | typeof createClient6>

function ioredis(client: Ioredis5 | Ioredis6): TestClient {
  client.on('error', () => {})
  return {
    client,
    ready: new Promise((resolve) => client.once('ready', resolve)),
    command: (name, ...args) => client.call(name, ...args),
    close: () => client.disconnect(),
  }
}

function nodeRedis(client: NodeRedis): TestClient {
  client.on('error', () => {})
  return {
    client,
    ready: client.connect().catch(() => {}),
    command: (...args) => client.sendCommand([...args]),
    close: () => void Promise.resolve(client.disconnect()).catch(() => {}),
  }
}

const again = { retryStrategy: () => 50 }
const socket = { reconnectStrategy: () => 50 }

interface Client {
  readonly name: string
  connect(url: string): TestClient
}

/** Every client that is supported. */
const supported: readonly Client[] = [
  { name: 'ioredis 6', connect: (url) => ioredis(new Ioredis6(url, again)) },
  { name: 'ioredis 5', connect: (url) => ioredis(new Ioredis5(url, again)) },
  { name: 'redis 6', connect: (url) => nodeRedis(createClient6({ url, socket })) },
  { name: 'redis 5', connect: (url) => nodeRedis(createClient5({ url, socket })) },
  { name: 'redis 4', connect: (url) => nodeRedis(createClient4({ url, socket })) },
]

/** The clients to try everything on: the newest of each kind, and the older ones where everything is tested. */
export const clients: readonly Client[] = unlessEverything(
  supported,
  ({ name }) => name.endsWith(' 6'),
  ({ name }) => name,
)

/** Connects a client until the test has finished. */
export function connectForTest(name: string, url = redisUrl): TestClient {
  const test = supported.find((one) => one.name === name)?.connect(url)
  if (test === undefined) throw new Error(`No client ${name}`)
  onTestFinished(test.close)
  return test
}

/** A new prefix for each call, so that concurrent runs do not share keys. */
export function newPrefix(): string {
  return `kw-test-${crypto.randomUUID()}:`
}
