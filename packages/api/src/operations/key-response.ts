import type { Key } from '@keywright/core'
import { etagOf } from '../http/parse-if-match.js'
import { jsonResponse } from '../http/response.js'
import { keyToJson } from '../schema/to-json.js'

/** Answers with a key, and with its version as the `ETag` that `If-Match` takes. */
export function keyResponse(key: Key, status: 200 | 201 = 200, more: Readonly<Record<string, unknown>> = {}): Response {
  const body = keyToJson(key)
  return jsonResponse({ ...body, ...more }, status, { ETag: etagOf(key.version, body) })
}
