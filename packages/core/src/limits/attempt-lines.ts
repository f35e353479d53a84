import { DeadlineExceeded, isolated, isPromise, type MaybePromise, withDeadline } from '../values/index.js'
import type { FailureBound, FailureLimiter, FailureVerdict } from './failure-limiter.js'

/** Reserves attempts, and lets those of one network stand in line while others of it are under way. */
export interface AttemptLines {
  /**
   * @param bounds - The first names the network.
   * @param waitMs - How long the attempt may stand in line.
   * @throws {@link DeadlineExceeded} when it stood there for longer. Nothing is reserved then.
   */
  reserve(bounds: readonly [FailureBound, ...FailureBound[]], waitMs: number): MaybePromise<FailureVerdict>
}

/** The attempts that wait for units of one bound; the first of them asks the limiter again and again. */
interface Line {
  /** Settles when the last one in line has left it. */
  end: Promise<unknown>
  length: number
  /** How many attempts of the network have ended here since the line began. */
  ended: number
  /** Lets the first in line ask again. */
  wake: () => void
}

interface Waiting {
  readonly bounds: readonly FailureBound[]
  readonly waitMs: number
  /** When it came, on the monotonic clock. */
  readonly since: number
}

/** How long the first in line sleeps where nothing here wakes it: the units may be in other processes. */
const pollMs = 10

/**
 * Whether a key is good shows only after it was looked up. So each attempt holds a unit while it is under way. Where a network
 * has none left because others of its attempts hold them, an attempt waits until one is given back, or all are spent. The law:
 *
 * - Of one network, at most `limit` attempts with bad keys are looked up in a window, however many come at once.
 * - A network without failures is refused nothing: of its good keys, `limit` are looked up at a time, and the others wait.
 *
 * Each bound has a line of its own. The first in the line of a /64 may come to stand in that of its /48 as well; so of each line
 * only the first asks, and no network waits for the units of another.
 */
export function attemptLines(limiter: FailureLimiter): AttemptLines {
  const lines = new Map<string, Line>()

  function ask(bounds: readonly FailureBound[]): MaybePromise<FailureVerdict> {
    const asking = askLimiter(limiter, bounds)
    return isPromise(asking) ? Promise.resolve(asking).then(waking.bind(null, bounds)) : waking(bounds, asking)
  }

  /** A verdict that lets those in line go on, once its attempt ends. */
  function waking(bounds: readonly FailureBound[], given: FailureVerdict): FailureVerdict {
    const verdict = requireVerdict(given)
    if (!verdict.reserved) return verdict
    // A unit that could not be given back stays taken. That is no reason to refuse an attempt whose outcome is known.
    const settle = isolated((failed: boolean) => verdict.settle(failed))
    return {
      reserved: true,
      settle: (failed) => {
        settle(failed)
        for (const { network } of bounds) {
          const line = lines.get(network)
          if (line === undefined) continue
          line.ended += 1
          line.wake()
        }
      },
    }
  }

  /** @param level - Of which of the bounds it is the first in line. */
  async function askAsFirst(waiting: Waiting, level: number, line: Line): Promise<FailureVerdict> {
    const { bounds, waitMs, since } = waiting
    for (;;) {
      const leftMs = since + waitMs - performance.now()
      // Its request was answered meanwhile: a unit would go to nobody.
      if (leftMs <= 0) throw new DeadlineExceeded(waitMs)
      const seen = line.ended
      // Whoever stands behind does not wait longer for the limiter than the first may.
      const verdict = await withDeadline(() => ask(bounds), leftMs, { late: giveBack })
      if (isFinal(verdict)) return verdict
      const missing = levelOf(bounds, verdict)
      if (missing < level) return verdict
      const inOther = missing > level ? await standInLine(waiting, missing) : null
      if (inOther !== null && isFinal(inOther)) return inOther
      if (inOther === null && line.ended === seen) await sleep(line)
    }
  }

  function standInLine(waiting: Waiting, level: number): Promise<FailureVerdict> {
    const network = waiting.bounds[level]?.network ?? ''
    const line = lines.get(network) ?? { end: Promise.resolve(), length: 0, ended: 0, wake: () => {} }
    lines.set(network, line)
    line.length += 1
    const answer = line.end.then(() => askAsFirst(waiting, level, line))
    const leave = () => {
      line.length -= 1
      if (line.length === 0) lines.delete(network)
    }
    line.end = answer.then(leave, leave)
    return answer
  }

  function orStandInLine(waiting: Waiting, verdict: FailureVerdict): MaybePromise<FailureVerdict> {
    return isFinal(verdict) ? verdict : standInLine(waiting, 0)
  }

  return {
    reserve: (bounds, waitMs) => {
      const waiting: Waiting = { bounds, waitMs, since: performance.now() }
      // Nobody overtakes: a newcomer asks at once only where no line is.
      if (lines.has(bounds[0].network)) return standInLine(waiting, 0)
      const asking = ask(bounds)
      return isPromise(asking) ? asking.then(orStandInLine.bind(null, waiting)) : orStandInLine(waiting, asking)
    },
  }
}

/** Asks the limiter: what it throws at once is a rejection, too. */
function askLimiter(limiter: FailureLimiter, bounds: readonly FailureBound[]): MaybePromise<FailureVerdict> {
  try {
    const asking = limiter.reserve(bounds)
    return isPromise(asking) ? asking : requireVerdict(asking)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Which bound has no units left, by its place; 0 for one that was not asked about. */
function levelOf(bounds: readonly FailureBound[], verdict: FailureVerdict): number {
  if (verdict.reserved) return 0
  return Math.max(
    bounds.findIndex(({ network }) => network === verdict.bound.network),
    0,
  )
}

function giveBack(verdict: FailureVerdict): void {
  if (verdict.reserved) verdict.settle(false)
}

function isFinal(verdict: FailureVerdict): boolean {
  return verdict.reserved || verdict.isSpent
}

function sleep(line: Line): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pollMs)
    line.wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

/** Types do not bind a host's limiter: what is neither a yes nor a no must not be taken for a yes. */
function requireVerdict(verdict: FailureVerdict): FailureVerdict {
  if (verdict?.reserved === true && typeof verdict.settle === 'function') return verdict
  const isRefusal = verdict?.reserved === false && typeof verdict.isSpent === 'boolean'
  if (isRefusal && Number.isFinite(verdict.resetMs) && typeof verdict.bound === 'object') return verdict
  throw new TypeError('The failure limiter gave no verdict')
}
