import { isRecord, isStringArray } from '../values/index.js'
import { decodeBytes } from './base62-bytes.js'
import type { ChildClaims } from './child-types.js'

/** The first item of each body. Another form gets another number. */
export const claimsVersion = 1

/**
 * Reads the body of a token whose MAC was right: the JSON list `[1, depth, expiry in ms, epoch, own, scopes, resources]`.
 *
 * @returns `null` for another form, which a later version may write.
 */
export function readClaims(body: string): ChildClaims | null {
  const bytes = decodeBytes(body)
  if (bytes === null) return null
  let read: unknown
  try {
    read = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
  if (!Array.isArray(read) || read.length !== 7) return null
  const [version, depth, expiresAt, epoch, own, scopes, resources]: unknown[] = read
  if (version !== claimsVersion || !isCount(depth) || !isCount(expiresAt)) return null
  if (typeof epoch !== 'string' || typeof own !== 'string') return null
  if (!Array.isArray(scopes) || scopes.length !== depth || !scopes.every(isStringArray)) return null
  if (!isRecord(resources) || !Object.values(resources).every(isStringArray)) return null
  const reached = resources as ChildClaims['resources'] // as was just asked
  return { depth, expiresAt: new Date(expiresAt), marks: { epoch, own }, scopes, resources: reached }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0
}
