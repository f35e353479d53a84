type Json = Readonly<Record<string, unknown>>

/** Values under these names have names of their own, which the product or its people chose. They stay as they are. */
const named: ReadonlySet<string> = new Set(['metadata', 'resources', 'narrowing'])

/** The spelling that the API has of a name of the keyring's: `expires_at` for `expiresAt`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** A copy of JSON of the keyring's, its names as the API spells them. */
export function snakeCaseNames(json: Json): Json {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [snakeCase(name), named.has(name) ? value : namesWithin(value)]),
  )
}

function namesWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(namesWithin)
  return typeof value === 'object' && value !== null ? snakeCaseNames(value as Json) : value // JSON: no other object
}
