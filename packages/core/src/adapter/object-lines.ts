type Values = string | readonly string[] | undefined

/** The header objects of a request. */
export interface HeaderObjects {
  readonly headersDistinct?: Readonly<Record<string, Values>> | undefined
  readonly headers?: Readonly<Record<string, Values>> | undefined
}

/**
 * Returns the header lines of a request that has header objects alone: each value of a list is a line. `headersDistinct` comes
 * first, because `headers` joins repeated lines or drops all but one. What was joined stays joined: a gate takes no joined value for
 * one key.
 */
export function objectLines({ headersDistinct = {}, headers = {} }: HeaderObjects): (readonly [string, string])[] {
  const distinct = Object.entries(headersDistinct)
  const known = new Set(distinct.map(([name]) => name.toLowerCase()))
  const others = Object.entries(headers).filter(([name]) => !known.has(name.toLowerCase()))
  return [...distinct, ...others].flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => [name, String(value)] as const),
  )
}
