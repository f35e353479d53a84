import { KeyError } from '@keywright/core'

/**
 * The hasher has as many hashes under way, and as many waiting, as its options allow. The key may be good: try again.
 */
export class HasherBusy extends KeyError {
  override readonly name = 'HasherBusy'
  readonly code = 'hasher_busy'

  constructor() {
    super('Too many argon2id hashes are waiting. Try again in a moment.')
  }
}
