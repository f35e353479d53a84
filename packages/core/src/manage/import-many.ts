import {
  HostUnavailable,
  InvalidInput,
  isKeyError,
  type KeyError,
  OutcomeUnknown,
  StoreUnavailable,
} from '../errors/index.js'
import type { ManageOptions } from '../input/index.js'
import type { Key } from '../values/index.js'
import { type ImportInput, importKey } from './import-key.js'
import type { ManageParts } from './parts.js'

/** What became of one key of a list. */
export type ImportResult = { readonly ok: true; readonly key: Key } | { readonly ok: false; readonly error: KeyError }

const mostKeys = 1_000

/**
 * Imports each key of a list by itself, in its order: one that is refused stops no other. A fault of the store or the host ends it,
 * and is the result of the keys that were not tried.
 *
 * @throws InvalidInput for what is no list of at most 1000; what is no `KeyError`, as `import` does.
 */
export async function importMany(
  parts: ManageParts,
  list: readonly ImportInput[],
  options: ManageOptions,
): Promise<readonly ImportResult[]> {
  if (!Array.isArray(list) || list.length > mostKeys)
    throw new InvalidInput('list', `a list of at most ${mostKeys} keys`)
  const results: ImportResult[] = []
  let fault: KeyError | null = null
  for (const input of Array.from<ImportInput>(list)) {
    const result: ImportResult = fault === null ? await tried(parts, input, options) : { ok: false, error: fault }
    if (!result.ok && isFault(result.error)) fault = result.error
    results.push(result)
  }
  return results
}

async function tried(parts: ManageParts, input: ImportInput, options: ManageOptions): Promise<ImportResult> {
  try {
    return { ok: true, key: await importKey(parts, input, options) }
  } catch (error) {
    if (isKeyError(error)) return { ok: false, error }
    throw error
  }
}

function isFault(error: KeyError): boolean {
  return error instanceof StoreUnavailable || error instanceof OutcomeUnknown || error instanceof HostUnavailable
}
