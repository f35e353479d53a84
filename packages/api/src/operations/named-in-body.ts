import { isKeyError } from '@keywright/core'
import { invalidInput, wrongField } from '../http/field-error.js'

/**
 * Makes what names a field that the keyring refuses as the body does, where the two differ.
 *
 * @param pointers - The fields of the body as JSON Pointers, by the names of the keyring.
 */
export function namedInBody(pointers: Readonly<Record<string, string>>): (error: unknown) => never {
  return (error) => {
    if (!isKeyError(error) || error.code !== 'invalid_input') throw error
    const { field, expected }: Readonly<Record<string, unknown>> = { ...error } // own fields; each is public
    const pointer = pointers[String(field)]
    throw pointer === undefined ? error : invalidInput([wrongField({ pointer }, String(expected))])
  }
}
