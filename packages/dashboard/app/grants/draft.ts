import type { Catalog, Grant, Key, Schemas } from '../client/client.js'
import type { ElementOptions } from '../page-options.js'

/** Which of the three cards is chosen. */
export type AccessMode = 'all' | 'read' | 'choose'

/** What a key may do, as somebody is choosing it. */
export interface GrantsDraft {
  readonly mode: AccessMode
  readonly preset: string | null
  readonly scopes: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  readonly resources: Readonly<Record<string, ResourceDraft>>
}

export interface ResourceDraft {
  readonly mode: 'none' | 'all' | 'specific'
  /** For all of them. */
  readonly level: string
  readonly chosen: readonly ChosenResource[]
}

export interface ChosenResource {
  readonly id: string
  readonly name: string
  readonly level: string
}

type Grants = Required<Pick<Schemas['UpdateKey'], 'scopes' | 'preset' | 'roles' | 'resources'>>

/** A draft in which nothing is chosen. */
export function emptyGrants(catalog: Catalog, mode: AccessMode): GrantsDraft {
  const resources = catalog.resources.map(({ type, levels }): readonly [string, ResourceDraft] => [
    type,
    { mode: 'none', level: levels.at(-1)?.name ?? '', chosen: [] },
  ])
  return { mode, preset: null, scopes: new Set(), roles: new Set(), resources: Object.fromEntries(resources) }
}

/** A draft of what a key has. */
export function grantsOf(key: Key, catalog: Catalog): GrantsDraft {
  const empty = emptyGrants(catalog, 'choose')
  const resources = Object.entries(key.resources).map(([type, grant]): readonly [string, ResourceDraft] => {
    const level = empty.resources[type]?.level ?? ''
    if (grant.mode === 'all') return [type, { mode: 'all', level: grant.level, chosen: [] }]
    const chosen = Object.entries(grant.levels).map(([id, of]) => ({
      id,
      name: key.resource_names?.[type]?.[id] ?? id,
      level: of,
    }))
    return [type, { mode: 'specific', level, chosen }]
  })
  return {
    ...empty,
    // One that grew since would give the key what the form does not show.
    preset: isWhole(key.preset, new Set(key.scopes), catalog) ? key.preset : null,
    scopes: new Set(key.scopes),
    roles: new Set(key.roles),
    resources: { ...empty.resources, ...Object.fromEntries(resources) },
  }
}

/** What the API takes for a draft. */
export function toGrants(draft: GrantsDraft, catalog: Catalog): Grants {
  if (draft.mode === 'all')
    return { scopes: ['*'], preset: null, roles: [], resources: onAll(catalog, (levels) => levels.at(-1)) }
  if (draft.mode === 'read')
    return { scopes: readScopes(catalog), preset: null, roles: [], resources: onAll(catalog, readLevel) }
  const resources = Object.entries(draft.resources).flatMap(([type, { mode, level, chosen }]): [string, Grant][] => {
    if (mode === 'none') return []
    if (mode === 'all') return [[type, { mode, level }]]
    return [[type, { mode, levels: Object.fromEntries(chosen.map((one) => [one.id, one.level])) }]]
  })
  return {
    preset: draft.preset,
    // The API adds those of the preset, as they are then.
    scopes: [...draft.scopes].filter(
      (name) => draft.preset === null || !scopesOfPreset(draft.preset, catalog).has(name),
    ),
    roles: [...draft.roles],
    resources: Object.fromEntries(resources),
  }
}

/** Whether a key of this draft may do nothing. */
export function isNothing(grants: Grants): boolean {
  const isGiven = Object.values(grants.resources).some(
    (grant) => grant.mode === 'all' || Object.keys(grant.levels).length > 0,
  )
  return grants.scopes.length === 0 && grants.preset === null && grants.roles.length === 0 && !isGiven
}

/** Whether all of a preset is chosen. */
export function isWhole(preset: string | null, scopes: ReadonlySet<string>, catalog: Catalog): boolean {
  return preset !== null && [...scopesOfPreset(preset, catalog)].every((name) => scopes.has(name))
}

export function scopesOfPreset(name: string, catalog: Catalog): ReadonlySet<string> {
  return new Set(catalog.presets.find((preset) => preset.name === name)?.scopes ?? [])
}

/** The cards that make sense: for this caller, for this owner, and with what the product shows. */
export function modesFor(catalog: Catalog, { show }: ElementOptions, owner: 'me' | 'organization'): AccessMode[] {
  const isChoice =
    (show.scopes && catalog.scopes.length > 0) ||
    (show.presets && catalog.presets.length > 0) ||
    (show.roles && catalog.roles.length > 0) ||
    (show.resources && catalog.resources.length > 0)
  if (!isChoice) return ['all']
  // Where single permissions are not shown, keys have roles or resources, and nothing but these.
  if (!show.scopes) return ['choose']
  const canRead = readScopes(catalog).length > 0 || Object.keys(onAll(catalog, readLevel)).length > 0
  return [...(owner === 'me' ? ['all' as const] : []), ...(canRead ? ['read' as const] : []), 'choose']
}

type Level = Catalog['resources'][number]['levels'][number]

/** Scopes that only look: by their last word, which is how catalogs name them. */
function readScopes(catalog: Catalog): string[] {
  return catalog.scopes.filter((scope) => scope.grantable && isRead(scope)).map(({ name }) => name)
}

function isRead({ name, sensitive }: Level['scopes'][number]): boolean {
  return !sensitive && /(^|\.)(read|view|list|get)$/.test(name)
}

/** The lowest level, if it only looks. */
function readLevel([lowest]: readonly Level[]): Level | undefined {
  return lowest?.scopes.every(isRead) === true ? lowest : undefined
}

/** All resources of each type, with the level that is picked for it. */
function onAll(catalog: Catalog, pick: (levels: readonly Level[]) => Level | undefined): Record<string, Grant> {
  return Object.fromEntries(
    catalog.resources.flatMap(({ type, levels }): [string, Grant][] => {
      const level = pick(levels)
      return level === undefined ? [] : [[type, { mode: 'all', level: level.name }]]
    }),
  )
}
