import type { Actor } from '@keywright/core'
import { invalidInput, missingField } from '../http/field-error.js'

/**
 * The actor whom two parameters name, `<name>_type` and `<name>_id`. `undefined`: none.
 *
 * @throws {@link ApiProblem} with status 400 for one of them alone.
 */
export function actorOf(name: string, type: Actor['type'] | undefined, id: string | undefined): Actor | undefined {
  if (type !== undefined && id !== undefined) return { type, id }
  if (type === undefined && id === undefined) return undefined
  const parameter = `${name}_${type === undefined ? 'type' : 'id'}`
  throw invalidInput([missingField({ parameter }, `${name}_type and ${name}_id belong together`)])
}
