import type { KeyObject } from 'node:crypto'
import { crc32, encodeBase62 } from '../crypto/index.js'
import { encodeBytes } from './base62-bytes.js'
import { claimsVersion } from './child-claims.js'
import { childMac } from './child-mac.js'
import { maxChildLength } from './child-token.js'
import type { ChildClaims } from './child-types.js'

/** Writes what `readChildToken` and `readClaims` read; `null` where it would be too long for a header. */
export function writeChildToken(
  key: KeyObject,
  { namespace, keyId, id }: { readonly namespace: string; readonly keyId: string; readonly id: string },
  { depth, expiresAt, marks, scopes, resources }: ChildClaims,
): string | null {
  const claims = [claimsVersion, depth, expiresAt.getTime(), marks.epoch, marks.own, scopes, resources]
  const signed = `${namespace}_${keyId}_${id}_${encodeBytes(Buffer.from(JSON.stringify(claims), 'utf8'))}`
  const body = `${signed}${childMac(key, signed)}`
  const token = body + encodeBase62(crc32(body))
  return token.length <= maxChildLength ? token : null
}
