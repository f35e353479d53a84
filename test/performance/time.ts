import { memoryStore } from '@keywright/core'
import { bareCheck } from './bare-check.js'
import { createTokens, keyringOver, verifyGood } from './keyring.js'

const rounds = 300
/** So short that a busy machine leaves some of them alone. */
const turnMs = 2

/**
 * How many times as long as a bare check a verification over the memory store takes: the quickest turn of each, of many in turn. What
 * else runs on the machine can only make a turn slower.
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

  const best = { byHand: Number.POSITIVE_INFINITY, verify: Number.POSITIVE_INFINITY }
  for (let round = 0; round < rounds; round += 1) {
    best.byHand = Math.min(best.byHand, await timeOfOne(tokens, byHand))
    best.verify = Math.min(best.verify, await timeOfOne(tokens, verify))
  }
  return best.verify / best.byHand
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
