import { type Act, ask, newAddress, questionFor } from './act.js'
import { pause } from './random.js'
import { guess, madeUpId } from './traffic.js'

const rounds = 5
const bestRounds = 3
/** Of a round; on a busy machine fewer, for a round ends after a second. */
const goodRequests = 400
const roundMs = 1_000
const goodClients = 4
/** Requests that a crowd sends in one turn, and the pause between two turns: 400 a second. */
const crowdAtOnce = 2
const crowdEveryMs = 5
const mostUnderWay = 300

/** How good requests fared, in milliseconds: the 99th percentile of the middle one of the best rounds. */
export interface AttackReport {
  readonly quietMs: number
  /** While others sent as many good requests as guesses in the attack: what more work costs the machine. */
  readonly crowdedMs: number
  readonly attackedMs: number
  readonly guesses: number
}

/** Measures good requests with and without an attack on one id, in turns, so that a busy moment of the machine meets all. */
export async function measureAttack(act: Act): Promise<AttackReport> {
  const quiet: number[] = []
  const crowded: number[] = []
  const attacked: number[] = []
  let guesses = 0
  // Guesses are at the key that good requests use, and at an id of no key; half of them come from one network, half from everywhere.
  const ids = [act.steady.id, madeUpId()]
  const sendGuess = async (index: number): Promise<void> => {
    const life = act.lives.get(index % 8 < 4 ? 'A' : 'B')
    if (life === undefined) return
    guesses += 1
    await guess(act, life, ids[index % 2] ?? '', index % 4 < 2 ? '203.0.113.8' : newAddress())
  }
  await p99Of(act) // the first is for compilers and caches
  for (let round = 0; round < rounds; round += 1) {
    quiet.push(await p99Of(act))
    crowded.push(await p99Among(act, (index) => askSteadily(act, index)))
    attacked.push(await p99Among(act, sendGuess))
  }
  return { quietMs: middleOfBest(quiet), crowdedMs: middleOfBest(crowded), attackedMs: middleOfBest(attacked), guesses }
}

/** The 99th percentile of good requests to both processes. */
async function p99Of(act: Act): Promise<number> {
  const times: number[] = []
  const end = performance.now() + roundMs
  const client = async (): Promise<void> => {
    while (times.length < goodRequests && performance.now() < end) {
      const begun = performance.now()
      await askSteadily(act, times.length)
      times.push(performance.now() - begun)
      await pause(2)
    }
  }
  await Promise.all(Array.from({ length: goodClients }, client))
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0
}

/** A good request, to the one process and the other in turns. */
async function askSteadily(act: Act, index: number): Promise<void> {
  const life = act.lives.get(index % 2 === 0 ? 'A' : 'B')
  if (life !== undefined)
    await ask(act, life, act.steady, questionFor(act.steady, act.steady.tokens[0] ?? '', 'items.read'))
}

/** The same while a crowd sends requests, whether or not they are answered. */
async function p99Among(act: Act, sendOne: (index: number) => Promise<void>): Promise<number> {
  const underWay = new Set<Promise<void>>()
  let sent = 0
  const timer = setInterval(() => {
    for (let count = 0; count < crowdAtOnce && underWay.size < mostUnderWay; count += 1) {
      const one: Promise<void> = sendOne(sent).finally(() => underWay.delete(one))
      underWay.add(one)
      sent += 1
    }
  }, crowdEveryMs)
  const p99 = await p99Of(act)
  clearInterval(timer)
  await Promise.all(underWay)
  return p99
}

function middleOfBest(times: readonly number[]): number {
  const best = [...times].sort((a, b) => a - b).slice(0, bestRounds)
  return best[Math.floor(best.length / 2)] ?? 0
}
