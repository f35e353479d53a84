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
  const version = Number(/^(?:W\/)?"([1-9]\d{0,14})"$/.exec(header)?.[1] ?? Number.NaN)
  if (!Number.isNaN(version)) return version
  throw invalidInput([wrongField({ header: 'If-Match' }, 'one ETag of a key, such as "3", or *')])
}

/** The `ETag` of a version. */
export function etagOf(version: number): string {
  return `"${version}"`
}
