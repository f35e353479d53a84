import { isKeyError, StoreUnavailable } from '../errors/index.js'

/** Turns a driver's error into `store_unavailable`; Keywright's own errors pass as they are. */
export async function reachStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw isKeyError(error) ? error : new StoreUnavailable({ cause: error })
  }
}
