import { checkNames } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { isRecord, type KeyBinding } from '../values/index.js'
import { thumbprintOfText } from './thumbprint.js'

/**
 * What a key is to be bound to. A thumbprint is a SHA-256, in base64url or in hexadecimal digits.
 *
 * - `dpop`: the thumbprint of the client's public key (RFC 7638), as `calculateJwkThumbprint` of `jose` gives it.
 * - `mtls`: the thumbprint of the client's certificate.
 */
export type BindingInput = KeyBinding

/** Of a binding that cannot be read: its key is refused as damaged, and nobody can prove this one. */
export const noBinding: KeyBinding = { type: 'dpop', jkt: '' }

/**
 * Parses and copies what a key is bound to. `null` and `undefined` give `null`: it is bound to nothing.
 *
 * @throws {@link InvalidInput}, naming the field.
 */
export function parseBinding(value: unknown, field: string): KeyBinding | null {
  if (value === undefined || value === null) return null
  const type = isRecord(value) ? value.type : undefined
  if (!isRecord(value) || (type !== 'dpop' && type !== 'mtls')) {
    throw new InvalidInput(field, "{ type: 'dpop', jkt }, { type: 'mtls', thumbprint }, or null")
  }
  const name = type === 'dpop' ? 'jkt' : 'thumbprint'
  checkNames(value, { type: true, [name]: true }, { at: field, Invalid: InvalidInput })
  const given = value[name]
  const thumbprint = typeof given === 'string' ? thumbprintOfText(given) : null
  if (thumbprint === null) {
    const of = type === 'dpop' ? 'of a public key' : 'of a certificate'
    throw new InvalidInput(`${field}.${name}`, `the SHA-256 thumbprint ${of}: 43 characters of base64url, or 64 digits`)
  }
  return type === 'dpop' ? { type, jkt: thumbprint } : { type, thumbprint }
}

/** Tests whether `value` is a binding as stores keep it. */
export function isBinding(value: unknown): value is KeyBinding {
  if (!isRecord(value)) return false
  const { type, jkt, thumbprint } = value
  const given = type === 'dpop' ? jkt : type === 'mtls' ? thumbprint : undefined
  return typeof given === 'string' && thumbprintOfText(given) === given
}

/** Tests whether two keys ask for the same proof. */
export function isSameBinding(a: KeyBinding | null, b: KeyBinding | null): boolean {
  if (a === null || b === null) return a === b
  return a.type === 'dpop' ? b.type === 'dpop' && a.jkt === b.jkt : b.type === 'mtls' && a.thumbprint === b.thumbprint
}
