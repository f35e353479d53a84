import { randomBytes, randomUUID } from 'node:crypto'
import { createKeyring, hmacSha256, type Keyring, sealer } from '@keywright/core'
import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import { openPostgres } from '../../packages/kysely/test/open-database.js'
import type { OwnPostgres } from '../support/own-postgres.js'
import type { OwnRedis } from '../support/own-redis.js'
import { type Act, ask, questionFor } from './act.js'
import { deckOf, disturb, type Stage } from './disturbances.js'
import { type Judged, judgeQuiet, judgeSizes, judgeStore } from './judge-end.js'
import { type Life, startLife } from './life.js'
import { useLimitedKey } from './limited-key.js'
import { type AttackReport, measureAttack } from './one-id-attack.js'
import { pause, seededRandom } from './random.js'
import { createKeyAtLast, leadKeys } from './steward.js'
import { judgeTold } from './told.js'
import { askForItems, guessSlowly, sendGarbage } from './traffic.js'
import { newTroubles } from './troubles.js'
import type { UsesReport } from './uses.js'
import { type AppOrder, type AppSize, access, type Slot, slots } from './world.js'

/** How to run a soak. */
export interface SoakOptions {
  readonly minutes: number
  /** Decides on the disturbances and their order. */
  readonly seed: number
  readonly postgres: OwnPostgres
  readonly redis: OwnRedis
  /** Told of what happens. */
  readonly say: (line: string) => void
}

/** What a soak has found in one act. */
export interface ActReport {
  readonly name: string
  readonly attack: AttackReport
  readonly uses: UsesReport
  readonly tally: ReadonlyMap<string, number>
  readonly disturbances: ReadonlyMap<string, number>
  readonly slowestHealMs: number
  /** MiB of the heap of a process, at most. */
  readonly largestHeap: number
  readonly faults: readonly string[]
  /** Refusals that met a time limit of the product, where nothing was disturbed. */
  readonly strays: readonly string[]
}

/** What a cache of the soak promises. */
const cacheTtlMs = 1_000
/** Two readings of the machine's clock, by two processes that round to milliseconds. */
const clockMs = 3
const progressMs = 10_000
/** Of each act, so that two acts deal each kind once. */
const leastDisturbances = 4
/** Uses that a process must write while it ends. */
const lastUses = 20

interface World extends SoakOptions, Judged {
  readonly redis: OwnRedis
  readonly order: Omit<AppOrder, 'name' | 'cacheTtlMs'>
  readonly random: () => number
  readonly deal: ReturnType<typeof deckOf>
}

/** Plays two acts, one without a cache and one with it, and says what was wrong. */
export async function soak(options: SoakOptions): Promise<readonly ActReport[]> {
  const { postgres, redis, seed } = options
  await Promise.all([postgres.start(), redis.start()])
  const { db } = openPostgres(postgres.url, { application_name: 'driver' })
  const secrets = { pepper: randomBytes(32).toString('base64'), sealKey: randomBytes(32).toString('base64') }
  const order = { postgresUrl: postgres.url, redisUrl: redis.url, ...secrets }
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    access,
    store: kyselyStore(db),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: secrets.pepper } }),
    reveal: sealer({ current: 's1', keys: { s1: secrets.sealKey } }),
    resolveOwner: 'uncapped',
    onEvent: () => {},
  })
  try {
    await migrateToLatest(db)
    const random = seededRandom(seed)
    const world: World = {
      ...options,
      db,
      keyring: keyring as Keyring<never> as Keyring,
      order,
      random,
      deal: deckOf(random),
    }
    return [await play(world, 'no cache', null), await play(world, 'a cache', cacheTtlMs)]
  } finally {
    await keyring.close()
    await db.destroy()
  }
}

/** Plays one act. */
async function play(world: World, name: string, ttlMs: number | null): Promise<ActReport> {
  const act = newAct(ttlMs)
  const stage = stageOf(world, act, ttlMs)
  const sizes = new Map<Life, AppSize[]>()
  const before = performance.now()
  let told = 0
  const progress = setInterval(() => {
    void measure(act, sizes)
    world.say(progressOf(act, name, performance.now() - before))
    // The first of them, at once: one fault may lead to many, and keep the soak from its end.
    for (; told < Math.min(act.faults.length, 10); told += 1) world.say(`FAULT: ${act.faults[told]}`)
  }, progressMs)
  try {
    await Promise.all(slots.map((slot) => stage.start(slot)))
    act.steady = await createKeyAtLast(act)
    const attack = await measureAttack(act)
    const traffic = Promise.all([
      ...Array.from({ length: 8 }, () => askForItems(act)),
      ...Array.from({ length: 8 }, () => leadKeys(act)),
      sendGarbage(act),
      guessSlowly(act),
      useLimitedKey(act),
    ])
    // Told where it is awaited.
    traffic.catch(() => {
      act.isRunning = false
    })
    const slowestHealMs = await disturbUntil(world, act, stage, performance.now() + world.minutes * 30_000)
    await measure(act, sizes)
    act.isRunning = false
    await traffic
    await judgeQuiet(world, act)
    judgeSizes(act, sizes)
    await endLives(act)
    const uses = await judgeStore(world, act)
    return {
      name,
      attack,
      uses,
      tally: act.tally,
      disturbances: countOf(act.troubles.all.map((trouble) => trouble.name)),
      slowestHealMs,
      largestHeap: Math.max(...[...sizes.values()].flatMap((all) => all.map(({ heap }) => heap))),
      faults: act.faults,
      strays: act.strays,
    }
  } finally {
    clearInterval(progress)
    await Promise.all(act.allLives.filter(({ state }) => state !== 'ending').map((life) => life.kill()))
  }
}

function newAct(ttlMs: number | null): Act {
  return {
    organizationId: randomUUID(),
    promised: { staleMs: ttlMs ?? 0, clockMs },
    lives: new Map(),
    allLives: [],
    troubles: newTroubles(),
    keys: [],
    asked: new Set(),
    steady: { id: '', ip: '', changes: [], tokens: [], unanswered: 0 },
    tally: new Map(),
    faults: [],
    strays: [],
    isRunning: true,
  }
}

function stageOf({ postgres, redis, order }: World, act: Act, ttlMs: number | null): Stage {
  const starts = new Map<Slot, number>()
  return {
    postgres,
    redis,
    start: async (slot) => {
      const number = (starts.get(slot) ?? 0) + 1
      starts.set(slot, number)
      const name = `${slot}${number}`
      const life = await startLife(slot, { ...order, name, cacheTtlMs: ttlMs }, (how) => void act.faults.push(how))
      act.lives.set(slot, life)
      act.allLives.push(life)
    },
    ended: (life) => judgeTold(act, life),
  }
}

async function disturbUntil(world: World, act: Act, stage: Stage, end: number): Promise<number> {
  let slowest = 0
  await pause(1_000)
  for (let done = 0; act.isRunning && (done < leastDisturbances || performance.now() < end); done += 1) {
    slowest = Math.max(slowest, await disturb(act, stage, world.deal, world.random))
    await pause(200 + world.random() * 1_500)
  }
  return slowest
}

/** Lets the processes end right after some last uses, and judges how they do. */
async function endLives(act: Act): Promise<void> {
  const key = await createKeyAtLast(act)
  const question = questionFor(key, key.tokens[0] ?? '', 'items.read')
  for (const life of act.lives.values()) {
    await Promise.all(Array.from({ length: lastUses }, () => ask(act, life, key, question)))
    const wrong = await life.terminate()
    if (wrong !== null) act.faults.push(wrong)
    judgeTold(act, life)
  }
}

/** Asks the processes that can answer how large they are. */
async function measure(act: Act, sizes: Map<Life, AppSize[]>): Promise<void> {
  const awake = [...act.lives.values()].filter(({ state }) => state === 'up')
  await Promise.all(
    awake.map(async (life) => {
      const size = await life.size().catch(() => null) // it was told to end meanwhile
      if (size !== null) sizes.set(life, [...(sizes.get(life) ?? []), size])
    }),
  )
}

/** How often each name is there. */
function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function progressOf({ tally, troubles, keys, faults }: Act, name: string, ms: number): string {
  const of = (code: string) => tally.get(code) ?? 0
  const now = troubles.all.filter(({ end }) => end === null || end > Date.now() - progressMs)
  return (
    `${name}, ${Math.round(ms / 1_000)} s: ${of('requests')} requests, ${of('ok')} passed, ${of('auth_unavailable')} refused with 503, ` +
    `${keys.length} keys, ${faults.length} faults; ${now.map((one) => `${one.name} (${one.target})`).join(', ') || 'quiet'}`
  )
}
