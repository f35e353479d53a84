import { memoryStore } from '@keywright/core'
import { bareCheck } from './bare-check.js'
import { createTokens, keyringOver, verifyGood } from './keyring.js'

const rounds = 15
const turnMs = 30

/**
 * How many times as long as a bare check a verification over the memory store takes, in the best of several rounds. What else
 * runs on the machine slows both.
 */
export async function timesAsLong(): Promise<number> {
  const keyring = keyringOver(memoryStore())
  const bare = bareCheck()
  const tokens = await createTokens(keyring, 100)
  for (const token of tokens) bare.add(token, ['tasks.read'])
  const byHand = async (token: string): Promise<void> => {
    if ((await bare.check(token))?.scopes.has('tasks.read') !== true) throw new Error('This key is good')
  }
  const verify = (token: string): Promise<void> => verifyGood(keyring, token)

  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) {
    const base = await timeOfOne(tokens, byHand)
    best = Math.min(best, (await timeOfOne(tokens, verify)) / base)
  }
  return best
}

async function timeOfOne(tokens: readonly string[], call: (token: string) => Promise<void>): Promise<number> {
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < turnMs) {
    for (const token of tokens) await call(token)
    calls += tokens.length
  }
  return (performance.now() - start) / calls
}
