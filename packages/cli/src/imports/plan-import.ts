import type { ImportInput, Owner } from '@keywright/core'
import { usageFailure } from '../terminal/index.js'
import type { ForeignKey } from './foreign-key.js'

/** What is the same for all keys of an import. */
export interface ImportPlan {
  /** The name of the product, for the notes of each key. */
  readonly source: string
  /** The organization of keys that name none. */
  readonly organization: string | undefined
  /** Whose keys they are: of a user, of the organization that their holder is, or of a user who is an organization too. */
  readonly holders: 'user' | 'organization' | 'both'
  readonly grants: Pick<ImportInput, 'scopes' | 'preset' | 'roles'>
  /** Whether `grants` take the place of what the product gave. */
  readonly isGiven: boolean
  /** Other names of scopes, by the product's own. */
  readonly names: ReadonlyMap<string, string>
  /** What is known of the product's tokens, in place of its usual number. */
  readonly entropyBits: number | undefined
}

/** Makes of a key of elsewhere what can be imported. @throws Failure, naming what is missing */
export function planImport(key: ForeignKey, plan: ImportPlan): ImportInput {
  const { id, name, scopes, secret, preview, description, tags, metadata, createdAt, expiresAt } = key
  const entropyBits = plan.entropyBits ?? key.entropyBits
  if (entropyBits === null)
    throw usageFailure('entropyBits is missing: give --entropy-bits, the random bits of a token.')
  const former = id === null ? {} : { importedId: id }
  return {
    name: name ?? (id === null ? 'imported' : `imported ${id}`),
    owner: ownerOf(key, plan),
    ...(plan.isGiven
      ? plan.grants
      : { scopes: scopes.map((scope) => plan.names.get(scope) ?? scope) as NonNullable<ImportInput['scopes']> }), // the keyring compares them with its model
    secret,
    entropyBits,
    ...(preview === null ? {} : { preview: preview.slice(0, 24) }),
    ...(description === null ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags }),
    metadata: { ...metadata, importedFrom: plan.source, ...former } as NonNullable<ImportInput['metadata']>, // JSON, as the keyring checks
    ...(createdAt === null ? {} : { createdAt }),
    ...(expiresAt === null ? {} : { expiresAt }),
  }
}

function ownerOf({ holder, organization }: ForeignKey, plan: ImportPlan): Owner {
  if (plan.holders !== 'organization' && holder === null)
    throw usageFailure(
      'The user whose key it is is missing. If the keys are those of an organization, give --holders organization.',
    )
  if (plan.holders === 'organization' && holder !== null) return { type: 'organization', id: holder }
  const organizationId = organization ?? plan.organization ?? (plan.holders === 'both' ? holder : null)
  if (organizationId === null || organizationId === undefined)
    throw usageFailure('The organization is missing: give --organization or --holders.')
  return holder === null ? { type: 'organization', id: organizationId } : { type: 'user', id: holder, organizationId }
}
