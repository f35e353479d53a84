import type { ImportInput, Keyring } from '@keywright/core'

/** What could not be imported, by its place in the list. */
export type Refused = ReadonlyMap<number, string>

/** Imports keys in groups of a thousand. Run it as often as you like: what is there already is left as it is. */
export async function importAll(
  keyring: Pick<Keyring, 'importMany'>,
  inputs: readonly ImportInput[],
): Promise<Refused> {
  const refused = new Map<number, string>()
  for (let start = 0; start < inputs.length; start += 1_000) {
    const results = await keyring.importMany(inputs.slice(start, start + 1_000))
    for (const [at, result] of results.entries()) {
      if (result.ok || result.error.code === 'invalid_state') continue // the same secret was imported before
      refused.set(start + at, result.error.message)
    }
  }
  return refused
}
