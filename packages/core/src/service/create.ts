import type { Access, LevelsOf, PresetOf, RoleOf, ScopeOf, ScopePattern } from '../access/index.js'
import { formatToken, previewOf, Secret } from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'
import { isPast, type NewKey, organizationOf } from '../store/index.js'
import type { JsonObject, Key, Owner } from '../values/index.js'
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
import { describeGrants } from './describe-change.js'
import { checkActor, checkContext, type ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'

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

/** A key to be created. */
export interface CreateInput<A extends Access = Access> extends GrantsInput<A> {
  /** 1 to 100 printable characters; names need not be unique. */
  readonly name: string
  /** At most 500 characters. @defaultValue null */
  readonly description?: string | null | undefined
  readonly owner: Owner
  /** One of the keyring's `environments`. @defaultValue the keyring's `environment` */
  readonly environment?: string | undefined
  /** The first instant at which the key is refused; in the future. @defaultValue null: never */
  readonly expiresAt?: Date | null | undefined
  /** The host's own notes: a JSON object, at most 16 KB. @defaultValue an empty one */
  readonly metadata?: JsonObject | undefined
}

/** A new key, and the only sight of its token. */
export interface Created {
  readonly key: Key
  /** `token.reveal()` gives the text; anything else that prints it shows a placeholder (HASH-12). */
  readonly token: Secret
}

/**
 * Creates a key, with its audit record, all or nothing.
 *
 * @throws InvalidInput or ScopeUnknown, naming the field: nothing was stored; StoreUnavailable; OutcomeUnknown.
 */
export async function createKey(settings: Settings, input: CreateInput, options: ManageOptions): Promise<Created> {
  const actor = checkActor(options)
  const context = checkContext(options)
  const draft = readInput(settings, input)
  // Ids are random: a collision is as good as impossible, but the answer to one must not be another's key (TOK-12).
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const id = settings.tokens.newId()
    const token = formatToken({ namespace: draft.namespace, id, secret: settings.tokens.newSecret() })
    const write: NewKey = {
      ...draft.settings,
      id,
      createdBy: actor,
      preview: previewOf(draft.namespace, id),
      hash: await settings.hasher.hash({ id, token }),
      previousHash: null,
      previousHashExpiresAt: null,
      lookupDigest: null,
      sealed: null,
    }
    const data = { name: write.name, owner: { ...write.owner }, ...describeGrants(write) }
    const record = await reachStore(
      settings.store.insert({
        id,
        organizationId: organizationOf(write.owner),
        quota: null,
        decide: ({ now }) => {
          requireFuture(write.expiresAt, now)
          return { write, audit: [{ type: 'api_key.created', actor, context, keyId: id, data }] }
        },
      }),
    )
    if (record !== null) return { key: toKey(record, record.createdAt), token: new Secret(token) }
  }
  throw new Error('Three new ids in a row were taken: the random source of this process is broken')
}

/** Refuses an expiry that has passed by the store's clock. */
export function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt !== null && isPast(expiresAt, now)) throw new InvalidInput('expiresAt', 'an instant in the future')
}

type Draft = Omit<
  NewKey,
  'id' | 'createdBy' | 'preview' | 'hash' | 'previousHash' | 'previousHashExpiresAt' | 'lookupDigest' | 'sealed'
>

function readInput(settings: Settings, input: CreateInput): { settings: Draft; namespace: string } {
  if (typeof input !== 'object' || input === null) throw new InvalidInput('input', 'an object with name and owner')
  const { access } = settings
  const environment = input.environment ?? settings.environment
  const namespace = settings.namespaceOf.get(environment)
  if (namespace === undefined) {
    throw new InvalidInput('environment', `one of ${[...settings.namespaceOf.keys()].join(', ')}`)
  }
  const preset = checkPreset(access, input.preset)
  const scopes = checkScopes(access, input.scopes)
  return {
    namespace,
    settings: {
      environment,
      name: checkName(input.name),
      description: checkDescription(input.description),
      owner: checkOwner(input.owner),
      grants: {
        scopes: [...new Set([...(preset?.scopes ?? []), ...scopes])],
        roles: checkRoles(access, input.roles),
        resources: checkResources(access, input.resources),
      },
      preset: preset?.name ?? null,
      metadata: checkMetadata(input.metadata),
      expiresAt: checkExpiry(input.expiresAt),
      ipAllowList: null,
      rateLimits: null,
    },
  }
}
