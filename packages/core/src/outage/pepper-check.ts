import { createHash } from 'node:crypto'
import { type Hasher, sha256 } from '../crypto/index.js'
import { WrongPepper } from '../errors/index.js'
import type { KeyStore } from '../store/index.js'
import { withDeadline } from '../values/index.js'

/** Notices a pepper that has another value than the one that keys were hashed with. */
export interface PepperCheck {
  /** Whether the peppers were found right. Nothing is asked any more then. */
  readonly isDone: boolean
  /**
   * Compares the peppers with the store, once a process. All who come meanwhile share one question.
   *
   * @throws WrongPepper; what the store throws: it is asked again at the next call.
   */
  run(): Promise<void>
  /**
   * Compares them whatever is known, and remembers nothing of it.
   *
   * @param within - A store within a transaction of the host's. @returns the wrong ones.
   */
  findWrong(within?: Pick<KeyStore, 'checkValue'>): Promise<readonly WrongPepper[]>
}

/** What a check needs. */
export interface PepperCheckOptions {
  readonly store: Pick<KeyStore, 'checkValue'>
  /** How long the store may take, in milliseconds. */
  readonly timeoutMs: number
  /** Called for each wrong pepper, once. */
  readonly onWrong: (error: WrongPepper) => void
}

/** How long a wrong pepper is taken for wrong, until the store is asked again. */
const patienceMs = 5_000

/**
 * Makes the check. The store keeps a value for each pepper: what the first process that used it made of a constant, which only that
 * pepper makes again. A hasher without peppers, or with random salts, has nothing to compare.
 */
export function pepperCheck(hasher: Hasher, { store, timeoutMs, onWrong }: PepperCheckOptions): PepperCheck {
  const told = new Set<string>()
  let running: Promise<void> | null = null
  let wrong: { readonly error: WrongPepper; readonly until: number } | null = null

  const compare = async (asked: Pick<KeyStore, 'checkValue'>): Promise<readonly WrongPepper[]> => {
    const found: WrongPepper[] = []
    for (const { name, pepperId, value } of checkValuesOf(hasher)) {
      if ((await asked.checkValue(name, value)) !== value) found.push(new WrongPepper(pepperId, name))
    }
    for (const error of found) {
      if (!told.has(error.pepperId)) onWrong(error)
      told.add(error.pepperId)
    }
    return found
  }
  const findWrong: PepperCheck['findWrong'] = (within) =>
    within === undefined ? withDeadline(() => compare(store), timeoutMs) : compare(within)
  const ask = async (): Promise<void> => {
    const [error] = await findWrong()
    wrong = error === undefined ? null : { error, until: performance.now() + patienceMs }
    if (error !== undefined) throw error
    check.isDone = true
  }
  const check = {
    // A plain field: each verification looks at it.
    isDone: hasher.pepperIds.length === 0 || hasher.hashes === undefined,
    run: async () => {
      if (check.isDone) return
      if (wrong !== null && performance.now() < wrong.until) throw wrong.error
      running ??= ask().finally(() => {
        running = null
      })
      await running
    },
    findWrong,
  }
  return check
}

interface CheckValue {
  readonly name: string
  readonly pepperId: string
  readonly value: string
}

function checkValuesOf(hasher: Hasher): readonly CheckValue[] {
  // No key has this id: it has a hyphen.
  const hashes = hasher.hashes?.({ id: 'pepper-check', token: 'v1' }) ?? []
  return (
    hashes
      // Anyone can make those without a pepper.
      .filter((hash) => !hash.startsWith(sha256().currentPrefix))
      .map((hash) => ({
        name: hash.slice(0, hash.lastIndexOf('$')).slice(0, 128),
        pepperId: /\$k=([\w.-]+)\$/.exec(hash)?.[1] ?? 'unknown',
        value: createHash('sha256').update(hash).digest('hex'),
      }))
  )
}
