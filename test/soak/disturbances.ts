import type { OwnPostgres } from '../support/own-postgres.js'
import type { OwnRedis } from '../support/own-redis.js'
import { type Act, ask, newAddress, questionFor } from './act.js'
import type { Life } from './life.js'
import { pause, pick, shuffled } from './random.js'
import { guess, madeUpId } from './traffic.js'
import type { Target } from './troubles.js'
import { type Slot, slots } from './world.js'

/** What can be disturbed. */
export interface Stage {
  readonly postgres: OwnPostgres
  readonly redis: OwnRedis
  /** Starts a process of the host in a place. */
  start(slot: Slot): Promise<void>
  /** Judges a process that has ended by itself. */
  ended(life: Life): void
}

/** How long good requests may take to pass again. Five seconds are promised; a busy machine is slow. */
const healMs = 30_000

/** Each kind of disturbance. */
export const kinds = [
  'restart of PostgreSQL',
  'freeze of PostgreSQL',
  'freeze of Redis',
  'kill of Redis',
  'freeze of a process',
  'kill of a process',
  'end of a process',
] as const
type Kind = (typeof kinds)[number]

/** Deals each kind once, in random order, and then all of them again. */
export function deckOf(random: () => number): () => Kind {
  let deck: Kind[] = []
  return () => {
    if (deck.length === 0) deck = shuffled(kinds, random)
    return deck.pop() ?? kinds[0]
  }
}

/** Disturbs an act once: by one thing, or now and then by two at the same time. @returns how long it took to heal, at most. */
export async function disturb(act: Act, stage: Stage, deal: () => Kind, random: () => number): Promise<number> {
  const first = aim(deal(), random)
  if (random() > 0.3) return disturbBy(act, stage, first)
  const second = aim(deal(), random)
  const begun = disturbBy(act, stage, first)
  if (first.target === second.target) await begun
  return Math.max(...(await Promise.all([begun, disturbBy(act, stage, second)])))
}

async function disturbBy(act: Act, stage: Stage, { kind, target, lot }: Aimed): Promise<number> {
  const trouble = act.troubles.begin(target, kind)
  await run[kind](act, stage, target, lot)
  trouble.causeEnd = Date.now()
  const begun = performance.now()
  await heal(act, target)
  trouble.end = Date.now()
  return performance.now() - begun
}

interface Aimed {
  readonly kind: Kind
  readonly target: Target
  /** From 0 to 1: how long it takes. */
  readonly lot: number
}

function aim(kind: Kind, random: () => number): Aimed {
  const target = kind.endsWith('PostgreSQL') ? 'postgres' : kind.endsWith('Redis') ? 'redis' : pick(slots, random)
  return { kind, target, lot: random() }
}

type Run = (act: Act, stage: Stage, target: Target, lot: number) => Promise<void>

const run: Readonly<Record<Kind, Run>> = {
  'restart of PostgreSQL': async (_act, { postgres }, _target, lot) => {
    await postgres.stop()
    await pause(lot * 1_000)
    await postgres.start()
  },
  'freeze of PostgreSQL': async (_act, { postgres }, _target, lot) => {
    await postgres.freeze()
    await pause(300 + lot * 3_700)
    await postgres.thaw()
  },
  'freeze of Redis': async (_act, { redis }, _target, lot) => {
    redis.freeze()
    await pause(300 + lot * 3_700)
    redis.thaw()
  },
  'kill of Redis': async (_act, { redis }, _target, lot) => {
    await redis.kill()
    await pause(lot * 1_000)
    await redis.start()
  },
  'freeze of a process': async (act, _stage, target, lot) => {
    const life = lifeOf(act, target)
    life.freeze()
    await pause(300 + lot * 3_700)
    life.thaw()
  },
  'kill of a process': async (act, stage, target) => {
    await lifeOf(act, target).kill()
    await stage.start(target as Slot) // as it was aimed
  },
  'end of a process': async (act, stage, target) => {
    const life = lifeOf(act, target)
    const wrong = await life.terminate()
    if (wrong !== null) act.faults.push(wrong)
    stage.ended(life)
    await stage.start(target as Slot) // as it was aimed
  },
}

function lifeOf(act: Act, target: Target): Life {
  const life = act.lives.get(target as Slot) // as it was aimed
  if (life === undefined) throw new Error(`There is no process ${target}`)
  return life
}

/** Waits until good requests pass again, without an exception, in each process that can answer. */
async function heal(act: Act, target: Target): Promise<void> {
  const places = slots.filter((slot) => target === slot || target === 'postgres' || target === 'redis')
  await Promise.all(
    places.map(async (slot) => {
      const begun = performance.now()
      for (let passed = 0; passed < 5; ) {
        const life = act.lives.get(slot)
        // Another disturbance has it, and heals it.
        if (life === undefined || (life.state !== 'up' && target !== slot)) return
        const question = questionFor(act.steady, act.steady.tokens[0] ?? '', 'items.read')
        // A key that is there may be kept in a cache; one that is not is looked for each time.
        const codes = [await ask(act, life, act.steady, question), await guess(act, life, madeUpId(), newAddress())]
        passed = codes[0] === 'ok' && codes[1] === 'api_key_invalid' ? passed + 1 : 0
        // A pass at the last moment is one: what is slow on a busy machine is no fault.
        if (passed === 0 && performance.now() - begun > healMs) {
          act.faults.push(`${life.name} did not heal: it answers ${codes.join(' and ')}`)
          return
        }
        await pause(20)
      }
    }),
  )
}
