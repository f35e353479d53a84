import { isKeyError, StoreUnavailable } from '../errors/index.js'
import type { MaybePromise } from '../values/index.js'
import { adviceOn } from './advice.js'

/**
 * Turns errors of a driver into {@link StoreUnavailable}, which says what to do where tables or rights are missing. Keywright's own
 * errors pass unchanged.
 */
export async function wrapStoreErrors<T>(work: MaybePromise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isKeyError(error)) throw error
    const { kind, text } = adviceOn(error)
    throw new StoreUnavailable(kind === 'other' ? { cause: error } : { message: text, cause: error })
  }
}
