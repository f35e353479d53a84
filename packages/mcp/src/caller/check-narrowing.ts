import type { Access } from '@keywright/core'
import { type CheckNamesOptions, checkNames } from '@keywright/core/adapter'

/**
 * Refuses a narrowing that names a type which the model does not have: ignoring a misspelt type would narrow nothing.
 *
 * @throws {@link InvalidOptions}
 */
export function checkNarrowing({ resources }: Access, narrowing: unknown, options: CheckNamesOptions = {}): void {
  const types = Object.fromEntries([...resources.keys()].map((type) => [type, true] as const))
  checkNames(narrowing, types, { at: 'narrow', ...options })
}
