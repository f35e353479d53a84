import type { Catalog } from '../client/client.js'
import { scopesOfPreset } from '../grants/draft.js'
import type { ElementOptions } from '../page-options.js'

/** What a link asks for. It fills in the form, and somebody decides. */
export interface Prefill {
  readonly name: string
  readonly description: string
  readonly scopes: readonly string[]
  readonly preset: string
  readonly roles: readonly string[]
}

/** Reads `?new&name=…&scopes=…`. `null`: the link asks for nothing. */
export function readPrefill(search: string): Prefill | null {
  const query = new URLSearchParams(search)
  if (!query.has('new')) return null
  const words = (name: string): string[] => (query.get(name) ?? '').split(/[\s,]+/).filter((word) => word !== '')
  return {
    name: query.get('name') ?? '',
    description: query.get('description') ?? '',
    scopes: words('scopes'),
    preset: query.get('preset') ?? '',
    roles: words('roles'),
  }
}

/** A reload is not to open the form again. What else stands in the address is the host's. */
export function forgetPrefill(): void {
  const url = new URL(location.href)
  for (const name of ['new', 'name', 'description', 'scopes', 'preset', 'roles']) url.searchParams.delete(name)
  history.replaceState(history.state, '', url)
}

/** What of a link this caller can give, on this page. */
export interface FittingPrefill {
  readonly preset: string | null
  readonly scopes: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  /** What the link asks for, and the form cannot show or the caller cannot give. */
  readonly leftOut: readonly string[]
}

export function fitPrefill(prefill: Prefill, catalog: Catalog, { show }: ElementOptions): FittingPrefill {
  const grantable = (all: Catalog['presets'] | Catalog['scopes'] | Catalog['roles'], isShown: boolean) =>
    new Set(isShown ? all.filter((one) => one.grantable).map(({ name }) => name) : [])
  const presets = grantable(catalog.presets, show.presets)
  const preset = presets.has(prefill.preset) ? prefill.preset : null
  const asked = { scopes: grantable(catalog.scopes, show.scopes), roles: grantable(catalog.roles, show.roles) }
  return {
    preset,
    scopes: new Set([
      ...(preset === null ? [] : scopesOfPreset(preset, catalog)),
      ...prefill.scopes.filter((name) => asked.scopes.has(name)),
    ]),
    roles: new Set(prefill.roles.filter((name) => asked.roles.has(name))),
    leftOut: [
      ...(prefill.preset === '' || preset !== null ? [] : [prefill.preset]),
      ...prefill.scopes.filter((name) => !asked.scopes.has(name)),
      ...prefill.roles.filter((name) => !asked.roles.has(name)),
    ],
  }
}
