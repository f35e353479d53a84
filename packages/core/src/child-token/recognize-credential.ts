import {
  type ParseTokenOptions,
  type ReadToken,
  type Recognized,
  readToken,
  recognizeToken,
  type TokenFormat,
} from '../crypto/index.js'
import { readChildToken } from './child-token.js'

/** Parses a presented token of a key, or one that was delegated by a key. Does not read the store. */
export function recognizeCredential(token: string, format: TokenFormat): Recognized {
  const recognized = recognizeToken(token, format)
  if (recognized.ok && recognized.id !== null) return recognized
  const child = readChildToken(token, format.namespaces)
  if (child !== null) return child.ok ? child : { ...child, isForeign: false }
  // Of another environment: no imported token either.
  return readChildToken(token, format.foreign) === null ? recognized : { ok: false, reason: 'prefix', isForeign: false }
}

/** Reads a text that may be a token of ours, for whoever looks for leaks. */
export function readOurs(text: string, ours: ParseTokenOptions): ReadToken {
  const read = readToken(text, ours)
  return read.ok ? read : (readChildToken(text, ours.namespaces) ?? read)
}
