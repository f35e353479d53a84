import { digestOf } from './conditional-get.js'
import { invalidInput, wrongField } from './field-error.js'

/**
 * Parses the `If-Match` header: the `ETag` that an answer with the key had. A proxy that compresses answers may have made it weak,
 * which says the same of a version.
 *
 * @returns the version of the key; `undefined` without the header, and for `*`, which is any version.
 * @throws {@link ApiProblem} with status 400.
 */
export function parseIfMatch(request: Request): number | undefined {
  const header = request.headers.get('if-match')
  if (header === null || header === '*') return undefined
  const version = Number(keyTag.exec(header)?.[1] ?? Number.NaN)
  if (!Number.isNaN(version)) return version
  throw invalidInput([wrongField({ header: 'If-Match' }, 'one ETag of a key, such as "3-3q2sUg", or *')])
}

/** The version, and what {@link etagOf} puts behind it, which no change is compared with. */
const keyTag = /^(?:W\/)?"([1-9]\d{0,14})(?:-[\w-]{1,64})?"$/

/**
 * The `ETag` of a key: its version, by which changes are compared, and a digest of what is shown. A key expires, and is used,
 * without a change: by its version alone, a browser would show for ever what it has kept.
 */
export function etagOf(version: number, body: unknown): string {
  return `"${version}-${digestOf(JSON.stringify(body))}"`
}
