import type { InvalidRequestReason } from '@keywright/core/http'

// The one place that says where frameworks may differ: before a guard has its say.

/** Cases with CR, LF or NUL: on the wire these end the field or the request, so that only a string API can bring them. */
export const UNSENDABLE: ReadonlySet<number> = new Set([50, 51, 52])

/** Cases that the HTTP parser of Node refuses by itself, and its status. */
export const REFUSED_BY_PARSER: ReadonlyMap<number, number> = new Map([[61, 431]]) // more than 16 KB of fields

/**
 * Cases of two lines that the `Headers` of Fetch have joined before a guard sees them: refused all the same, with the reason
 * of the joined line.
 */
export const REASON_WHEN_JOINED: ReadonlyMap<number, InvalidRequestReason> = new Map([
  [37, 'not_b64token'],
  [38, 'not_b64token'],
  [40, 'malformed_authorization'],
  [41, 'malformed_authorization'],
])
