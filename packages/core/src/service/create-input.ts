import type { Access, LevelsOf, PresetOf, RoleOf, ScopeOf, ScopePattern } from '../access/index.js'
import { InvalidInput } from '../errors/index.js'
import { readIpAllowList, readRateLimits } from '../limits/index.js'
import { isPast, type NewKey } from '../store/index.js'
import type { JsonObject, KeyRecord, KeySettings, Owner, RateLimit } from '../values/index.js'
import {
  checkDescription,
  checkExpiry,
  checkMetadata,
  checkName,
  checkOwner,
  checkPreset,
  checkResources,
  checkRoles,
  checkScopes,
} from './check-input.js'
import type { Settings } from './options.js'

/** What a key may be given on resources. */
export type ResourceGrantsInput<A extends Access> = {
  readonly [K in keyof LevelsOf<A>]?:
    | { readonly mode: 'all'; readonly level: LevelsOf<A>[K] }
    | { readonly mode: 'specific'; readonly levels: Readonly<Record<string, LevelsOf<A>[K]>> }
    | undefined
}

/** What a key may do, as the caller writes it. What is left out gives nothing. */
export interface GrantsInput<A extends Access> {
  /** Scopes and wildcards; joined with the preset's, if both are given. `[]` gives nothing. */
  readonly scopes?: readonly ScopePattern<ScopeOf<A>>[] | undefined
  /** A named scope set; the key keeps its expansion of today, and its name for display (K2, SCOPE-17). */
  readonly preset?: PresetOf<A> | null | undefined
  /** Named scope sets that are looked up at each verification (O2, O3). */
  readonly roles?: readonly RoleOf<A>[] | undefined
  readonly resources?: ResourceGrantsInput<A> | undefined
}

/** What else a key may be given. */
export interface SettingsInput {
  /** At most 500 characters. @defaultValue null */
  readonly description?: string | null | undefined
  /** The first instant at which the key is refused; in the future. @defaultValue null: never */
  readonly expiresAt?: Date | null | undefined
  /** The host's own notes: a JSON object, at most 16 KB. @defaultValue an empty one */
  readonly metadata?: JsonObject | undefined
  /** Addresses and CIDR ranges that may use the key; `[]`: none. @defaultValue null: any */
  readonly ipAllowList?: readonly string[] | null | undefined
  /** Limits in place of the plan's or the keyring's, one for each window. @defaultValue null: those */
  readonly rateLimits?: readonly RateLimit[] | null | undefined
}

/** A key to be created. */
export interface CreateInput<A extends Access = Access> extends GrantsInput<A>, SettingsInput {
  /** 1 to 100 printable characters; names need not be unique. */
  readonly name: string
  readonly owner: Owner
  /** One of the keyring's `environments`. @defaultValue the keyring's `environment` */
  readonly environment?: string | undefined
}

/** A key to be created like another: what is left out is as it is there, grants, owner and all (O6). */
export type CreateLikeInput<A extends Access = Access> = {
  readonly [K in keyof CreateInput<A>]?: CreateInput<A>[K] | undefined
} & {
  /** The id of the other key. */
  readonly like: string
}

/** A key's settings and identity, before it has an id. */
export type Draft = KeySettings & Pick<NewKey, 'environment' | 'owner'>

/** Checks a new key's fields; those left out come from `like`, if there is one. */
export function readDraft(
  settings: Settings,
  input: CreateInput | CreateLikeInput,
  like: KeyRecord | null,
): { draft: Draft; namespace: string } {
  const { access } = settings
  const environment = input.environment ?? like?.environment ?? settings.environment
  const namespace = settings.namespaceOf.get(environment)
  if (namespace === undefined) {
    throw new InvalidInput('environment', `one of ${[...settings.namespaceOf.keys()].join(', ')}`)
  }
  const given = <T>(field: keyof CreateInput, check: (value: unknown) => T, otherwise: T | undefined): T =>
    input[field] === undefined && otherwise !== undefined ? otherwise : check(input[field])
  const replacesScopes = like === null || input.scopes !== undefined || input.preset !== undefined
  const preset = checkPreset(access, input.preset)
  const scopes = [...new Set([...(preset?.scopes ?? []), ...checkScopes(access, input.scopes)])]
  const draft: Draft = {
    environment,
    owner: given('owner', checkOwner, like?.owner),
    name: given('name', checkName, like?.name),
    description: given('description', checkDescription, like?.description),
    grants: {
      scopes: replacesScopes ? scopes : like.grants.scopes,
      roles: given('roles', (value) => checkRoles(access, value), like?.grants.roles),
      resources: given('resources', (value) => checkResources(access, value), like?.grants.resources),
    },
    preset: replacesScopes ? (preset?.name ?? null) : like.preset,
    metadata: given('metadata', checkMetadata, like?.metadata),
    expiresAt: given('expiresAt', checkExpiry, like?.expiresAt),
    ipAllowList: given('ipAllowList', (value) => readIpAllowList(value, 'ipAllowList'), like?.ipAllowList),
    rateLimits: given('rateLimits', (value) => readRateLimits(value, 'rateLimits'), like?.rateLimits),
  }
  return { draft, namespace }
}

/** Refuses an expiry that has passed by the store's clock. */
export function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt !== null && isPast(expiresAt, now)) throw new InvalidInput('expiresAt', 'an instant in the future')
}
