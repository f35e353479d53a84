import type { Key } from '@keywright/core'
import { etagOf } from '../http/parse-if-match.js'
import { jsonResponse } from '../http/response.js'
import { idsOfKeys } from '../request/load-names.js'
import type { RequestContext } from '../request/request-context.js'
import { keyToJson } from '../schema/to-json.js'

/** Answers with a key, with the names of whom it names, and with its version in the `ETag`, which `If-Match` takes. */
export async function keyResponse(
  { loadNames }: Pick<RequestContext, 'loadNames'>,
  key: Key,
  status: 200 | 201 = 200,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  const body = keyToJson(key, await loadNames(idsOfKeys([key])))
  return jsonResponse({ ...body, ...more }, status, { ETag: etagOf(key.version, body) })
}
