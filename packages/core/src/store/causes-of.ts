/** The fields of an error that say what went wrong; each may be missing. */
export type ErrorFields = Readonly<Partial<Record<'name' | 'code' | 'errno' | 'message' | 'cause', unknown>>>

/** Returns an error and what caused it, the outermost first, as far as eight deep. */
export function causesOf(error: unknown): readonly ErrorFields[] {
  const found: ErrorFields[] = []
  for (let at = error; typeof at === 'object' && at !== null && found.length < 8; at = (at as ErrorFields).cause) {
    found.push(at) // an object has these fields, or none of them
  }
  return found
}
