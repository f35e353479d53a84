import { createGate, memoryStore } from '@keywright/core'
import { nodeRequest } from '@keywright/core/adapter'
import { createTokens, keyringOver, verifyGood } from './keyring.js'
import type { Bytes } from './measure-bytes.js'

// A process of its own, which tells how many bytes one call allocates: `node --expose-gc --min-semi-space-size=128 --import tsx bytes.ts`.
// The young generation has room for all calls of a round, so that nothing is collected while they are counted.
const calls = 800
const rounds = 15

const keyring = keyringOver(memoryStore())
const tokens = await createTokens(keyring, 100)
const gate = createGate(keyring, { scopes: ['tasks.read'] })
const counting = keyringOver(memoryStore(), { failureLimit: { limit: 100, windowMs: 60_000 } })
const counted = await createTokens(counting, 100)
const requests = tokens.map((token) => ({
  rawHeaders: ['Host', 'api.example.com', 'Accept', '*/*', 'User-Agent', 'bench', 'Authorization', `Bearer ${token}`],
  socket: { remoteAddress: '127.0.0.1' },
}))
const nth = <T>(items: readonly T[], n: number): T => items[n % items.length] as T // never empty

async function passGate(n: number): Promise<void> {
  const request = nodeRequest(nth(requests, n), '/tasks?limit=20')
  if (!(await gate(request, request)).ok) throw new Error('This key is good')
}
const verify = (n: number): Promise<void> => verifyGood(keyring, nth(tokens, n))
async function verifyCounted(n: number): Promise<void> {
  const asked = { scopes: ['tasks.read'], ip: '203.0.113.7' } as const
  if (!(await counting.verify(nth(counted, n), asked)).ok) throw new Error('This key is good')
}
const nothing = async (n: number): Promise<void> => void nth(tokens, n)

async function heapAfter(call: (n: number) => Promise<void>): Promise<number> {
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < calls; n += 1) await call(n)
  return (process.memoryUsage().heapUsed - before) / calls
}

async function bytesOf(call: (n: number) => Promise<void>): Promise<number> {
  for (let n = 0; n < 30_000; n += 1) await call(n) // compiled by then as it is in a server
  const measured: number[] = []
  for (let round = 0; round < rounds; round += 1) measured.push((await heapAfter(call)) - (await heapAfter(nothing)))
  return Math.round(measured.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN)
}

if (globalThis.gc === undefined) throw new Error('Give Node --expose-gc')
for (let n = 0; n < 30_000; n += 1) await nothing(n)
const bytes: Bytes = {
  verify: await bytesOf(verify),
  counted: await bytesOf(verifyCounted),
  gate: await bytesOf(passGate),
}
process.stdout.write(JSON.stringify(bytes))
