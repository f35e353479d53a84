import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { createGate, type KeyringOptions, memoryStore } from '@keywright/core'
import { nodeRequest } from '@keywright/core/adapter'
import { createKeys, keyringOver } from './databases.js'

// How many bytes one verification leaves to the garbage collector. The young generation is larger than what is measured, so
// nothing is collected meanwhile, and the heap grows by what was allocated.
const calls = 800
const warmUps = 20_000
const rounds = 15

const { gc } = globalThis
if (gc === undefined) throw new Error('The flags of the script `allocations` are missing: pnpm run allocations')

/** One way of asking for a verification. */
interface Measured {
  readonly name: string
  /** Makes what one call begins with, which is not measured. */
  prepare(): () => Promise<{ readonly ok: boolean }>
}

/** The bytes of one call: the median of the rounds. */
async function bytesOf({ prepare }: Measured): Promise<number> {
  for (let call = 0; call < warmUps; call += 1) if (!(await prepare()()).ok) throw new Error('This key is good')
  const bytes: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const prepared = Array.from({ length: calls }, prepare)
    gc?.()
    const before = process.memoryUsage().heapUsed
    for (const call of prepared) await call()
    bytes.push((process.memoryUsage().heapUsed - before) / calls)
  }
  return Math.round(bytes.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN)
}

const ip = '203.0.113.7'
const socket: Socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: ip })

/** A request as Node's server hands it on, with seven header lines. */
function message(token: string): IncomingMessage {
  const req = new IncomingMessage(socket)
  const usual = {
    Host: 'api.example.com',
    Connection: 'keep-alive',
    Accept: '*/*',
    'Accept-Language': '*',
    'User-Agent': 'bench',
  }
  const headers = { ...usual, 'Accept-Encoding': 'gzip, deflate', Authorization: `Bearer ${token}` }
  req.rawHeaders = Object.entries(headers).flat()
  return req
}

/** The ways to ask of one keyring. */
async function waysOf(what: string, options: Pick<KeyringOptions, 'failureLimit'>): Promise<Measured[]> {
  const keyring = keyringOver(memoryStore(), options)
  const [{ token } = { token: '' }] = await createKeys(keyring, 1)
  const asked = { scopes: ['tasks.read'], ip } as const
  const gate = createGate<typeof keyring.access, IncomingMessage>(keyring, { scopes: ['tasks.read'] })
  return [
    { name: `keyring.verify, ${what}`, prepare: () => () => keyring.verify(token, asked) },
    {
      name: `a gate on Node, ${what}`,
      prepare: () => {
        const req = message(token)
        return () => gate(nodeRequest(req, '/tasks?limit=20'), req)
      },
    },
  ]
}

const passed = { ok: true }
const measured: readonly Measured[] = [
  { name: 'an async function that does nothing', prepare: () => async () => passed },
  ...(await waysOf('one scope', {})),
  ...(await waysOf('failures counted', { failureLimit: { limit: 100, windowMs: 60_000 } })),
]
const lines: Record<string, object> = {}
for (const one of measured) lines[one.name] = { 'bytes each': await bytesOf(one) }
console.table(lines)
