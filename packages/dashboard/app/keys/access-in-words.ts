import type { Catalog, Key } from '../client/client.js'
import type { Strings } from '../strings/strings.js'

type Given = Pick<Key, 'scopes' | 'preset' | 'roles' | 'resources'>

/** What a key may do: in a few words for a row, and in full. */
export function accessInWords(
  key: Given,
  catalog: Catalog,
  strings: Strings,
): { readonly short: string; readonly long: string } {
  const { access } = strings
  const resources = Object.entries(key.resources).map(([type, grant]) =>
    grant.mode === 'all' ? access.allOf(type, grant.level) : access.someOf(type, Object.keys(grant.levels).length),
  )
  const words = [...scopesInWords(key, catalog, strings), ...key.roles, ...resources]
  if (words.length === 0) return { short: access.nothing, long: access.nothing }
  const scopes = key.scopes.map((name) => (name === '*' ? access.everything : name))
  const long = [...key.roles, ...scopes, ...resources].join(', ')
  return { short: words.join(', '), long: long === '' ? words.join(', ') : long }
}

function scopesInWords({ scopes, preset }: Given, catalog: Catalog, { access }: Strings): readonly string[] {
  if (scopes.includes('*')) return [access.full]
  if (preset !== null) return [access.preset(preset)]
  if (scopes.length === 0) return []
  const [only] = scopes
  if (scopes.length === 1 && only !== undefined) {
    return [catalog.scopes.find(({ name }) => name === only)?.description || only]
  }
  return [access.scopes(scopes.length)]
}
