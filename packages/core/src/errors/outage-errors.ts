import { KeyError } from './key-error.js'

/** A function of the host, its hasher or its service for keys did not answer in time. Nothing was changed. */
export class HostUnavailable extends KeyError {
  override readonly name = 'HostUnavailable'
  readonly code = 'host_unavailable'
  /** What did not answer, by the name of its option: `resolveOwner`, `resolvePlan`, `role planner`, `hasher`, `sealer`. */
  readonly part: string

  constructor(part: string, options?: ErrorOptions) {
    super(`There was no answer in time from ${part}`, options)
    this.part = part
  }
}

/** A pepper of this process has another value than the one that keys were hashed with. No key can be told from a bad one. */
export class WrongPepper extends KeyError {
  override readonly name = 'WrongPepper'
  readonly code = 'wrong_pepper'
  /** The id of the pepper. */
  readonly pepperId: string

  /** @param checkName - The name of the check value that the store has of it. */
  constructor(pepperId: string, checkName: string) {
    const wrong = `Pepper ${pepperId} has another value here than where it was first used.`
    const advice = 'Put that value back, or give the new one an id of its own.'
    super(`${wrong} ${advice} Delete the check value ${checkName} if it was the first value that was wrong.`)
    this.pepperId = pepperId
  }
}

/** A keyring was closed, and the store did not take the uses that were counted last. They are gone. */
export class UsageLost extends KeyError {
  override readonly name = 'UsageLost'
  readonly code = 'usage_lost'
  /** How many uses, and refusals of keys. Of a batch whose answer was lost, the store may have counted them all the same. */
  readonly uses: number

  constructor(uses: number, options?: ErrorOptions) {
    super(`The store did not take ${uses} uses before the keyring was closed`, options)
    this.uses = uses
  }
}
