import { DeadlineExceeded } from './with-deadline.js'

/** A deadline that has begun. */
export interface Waiting {
  /** When it comes, on the monotonic clock. */
  readonly at: number
  readonly onLate: () => void
  before: Waiting | null
  after: Waiting | null
  isOver: boolean
}

/**
 * Deadlines of one length. They come in the order in which they began, so that one timer serves all of them: a timer for each
 * would cost as much as the work that it watches.
 */
export class DeadlineLine {
  readonly ms: number
  #first: Waiting | null = null
  #last: Waiting | null = null
  #timer: NodeJS.Timeout | null = null

  /** @param ms - How long each has. */
  constructor(ms: number) {
    this.ms = ms
  }

  /** Calls `onLate` once, unless {@link end} is called before. The process does not end while one is waited for. */
  begin(onLate: () => void): Waiting {
    const waiting: Waiting = {
      at: performance.now() + this.ms,
      onLate,
      before: this.#last,
      after: null,
      isOver: false,
    }
    if (this.#last === null) this.#first = waiting
    else this.#last.after = waiting
    this.#last = waiting
    if (this.#timer === null) this.#timer = setTimeout(this.#tick, this.ms)
    else if (waiting.before === null) this.#timer.ref()
    return waiting
  }

  /**
   * Settles as `work` does, or rejects when its time is over. The work itself continues.
   *
   * @throws {@link DeadlineExceeded} (as a rejection)
   */
  race<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = this.begin(() => reject(new DeadlineExceeded(this.ms)))
      work.then(
        (value) => {
          this.end(waiting)
          resolve(value)
        },
        (error: unknown) => {
          this.end(waiting)
          reject(error)
        },
      )
    })
  }

  /** Ends a deadline that has not come. */
  end(waiting: Waiting): void {
    if (waiting.isOver) return
    waiting.isOver = true
    const { before, after } = waiting
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    // Work that never ends holds its deadline, which must not hold all that came after it.
    waiting.before = null
    waiting.after = null
    // The timer stays for the next one, and keeps no process alive.
    if (this.#first === null) this.#timer?.unref()
  }

  readonly #tick = (): void => {
    this.#timer = null
    const now = performance.now()
    for (let first = this.#first; first !== null && first.at <= now; first = this.#first) {
      this.end(first)
      first.onLate()
    }
    if (this.#first === null) return
    // What was late may have begun another meanwhile, and with it a timer that is too late for those before it.
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#tick, Math.max(1, Math.ceil(this.#first.at - now)))
  }
}

/** Lines of deadlines by their length. Requests differ in how long they may take by their guards alone, of which there are few. */
export class DeadlineLines {
  readonly #byMs = new Map<number, DeadlineLine>()

  /** Settles as `work` does, or rejects when `ms` are over. */
  race<T>(ms: number, work: PromiseLike<T>): Promise<T> {
    const line = this.#byMs.get(ms) ?? new DeadlineLine(ms)
    if (this.#byMs.size < 100) this.#byMs.set(ms, line)
    return line.race(work)
  }
}
