import type { Access, LevelsOf, PresetOf, RoleOf, ScopeOf, ScopePattern } from '../access/index.js'
import type { BindingInput } from '../bindings/index.js'
import type { BudgetInput } from '../budgets/index.js'
import type { NamesOf } from '../check/index.js'
import type { JsonObject, Owner, RateLimit } from '../values/index.js'

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
  /** A named scope set; the key keeps its expansion of today, and its name for display. */
  readonly preset?: PresetOf<A> | null | undefined
  /** Named scope sets that are looked up at each verification. */
  readonly roles?: readonly RoleOf<A>[] | undefined
  readonly resources?: ResourceGrantsInput<A> | undefined
}

/** What else a key may be given. */
export interface SettingsInput {
  /** At most 500 characters. @defaultValue null */
  readonly description?: string | null | undefined
  /**
   * Words by which people find and group keys: at most 20, each of 1 to 50 printable characters without a comma. Two that differ in case
   * or accents alone are refused. The key has them sorted, without regard to these. @defaultValue none
   */
  readonly tags?: readonly string[] | undefined
  /** The first instant at which the key is refused; in the future. @defaultValue null: never */
  readonly expiresAt?: Date | null | undefined
  /** The host's own notes: a JSON object, at most 16 KB. @defaultValue an empty one */
  readonly metadata?: JsonObject | undefined
  /** Addresses and CIDR ranges that may use the key; `[]`: none. @defaultValue null: any */
  readonly ipAllowList?: readonly string[] | null | undefined
  /** Limits in place of the plan's or the keyring's, one for each window. @defaultValue null: those */
  readonly rateLimits?: readonly RateLimit[] | null | undefined
  /** The credits that calls with the key may cost. What was spent stays spent. @defaultValue null: no budget of its own */
  readonly budget?: BudgetInput | null | undefined
  /**
   * What a request must prove beside the token, so that a stolen one alone does nothing. Needs `proofs` of the keyring.
   * @defaultValue null: nothing
   */
  readonly binding?: BindingInput | null | undefined
}

/** A key to be created. */
export interface CreateInput<A extends Access = Access> extends GrantsInput<A>, SettingsInput {
  /** 1 to 100 printable characters; names need not be unique. */
  readonly name: string
  readonly owner: Owner
  /** One of the keyring's `environments`. @defaultValue the keyring's `environment` */
  readonly environment?: string | undefined
}

/** A key to be created as a copy of another: what is left out is as it is there, grants, owner and all. */
export type CopyKeyInput<A extends Access = Access> = {
  readonly [K in keyof CreateInput<A>]?: CreateInput<A>[K] | undefined
} & {
  /** The id of the other key. */
  readonly copyFrom: string
}

/** The fields to change; those left out, or `undefined`, stay. */
export interface UpdateInput<A extends Access = Access> extends GrantsInput<A>, SettingsInput {
  readonly name?: string | undefined
}

const settingNames: NamesOf<UpdateInput> = {
  name: true,
  scopes: true,
  preset: true,
  roles: true,
  resources: true,
  description: true,
  tags: true,
  expiresAt: true,
  metadata: true,
  ipAllowList: true,
  rateLimits: true,
  budget: true,
  binding: true,
}
const createNames: NamesOf<CreateInput> = { ...settingNames, owner: true, environment: true }

/** The fields of each input that makes or changes a key. */
export const inputNames: {
  readonly create: NamesOf<CreateInput>
  readonly copy: NamesOf<CopyKeyInput>
  readonly update: NamesOf<UpdateInput>
  readonly rotate: NamesOf<RotateInput>
} = {
  create: createNames,
  copy: { ...createNames, copyFrom: true },
  update: settingNames,
  rotate: { graceMs: true },
}

/** What `rotate` is told. */
export interface RotateInput {
  /** Milliseconds for which the token before still works, at most 7 days. @defaultValue 0: it ends at once */
  readonly graceMs?: number | undefined
}
