import type { Key, Schemas } from '../client/client.js'
import type { operations } from '../client/schema.js'

export type KeySort = '-created_at' | 'created_at' | 'name' | '-last_used_at' | 'expires_at'

/** What the list is asked for. */
export interface KeyQuery {
  readonly search: string
  /** The keys have all of them. */
  readonly tags: readonly string[]
  readonly status: '' | Exclude<Key['status'], 'revoked'>
  /** {@link ownKeys}, {@link organizationKeys}, the id of a person, or '' for all that the caller may see. */
  readonly owner: string
  /** The id of the person who created it, or ''. */
  readonly creator: string
  readonly environment: string
  readonly attention: '' | 'unused' | 'expiring' | 'policy'
  readonly sort: KeySort
}

export const noQuery: KeyQuery = {
  search: '',
  tags: [],
  status: '',
  owner: '',
  creator: '',
  environment: '',
  attention: '',
  sort: '-created_at',
}

/** Owners that are no id of a person. */
export const ownKeys = ' me'
export const organizationKeys = ' organization'
const owners = { [ownKeys]: 'me', [organizationKeys]: 'organization' } as const

type Parameters = NonNullable<operations['listKeys']['parameters']['query']>

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const shown = ['active', 'disabled', 'expired'] as const
/** What has expired already does not expire within 30 days, and what has ended breaks no policy any more. */
const anyStatus = { '': shown, unused: shown, expiring: ['active'], policy: ['active', 'disabled'] } as const

/** The filter, as a request in bulk takes it. Revoked keys have a list of their own. */
export function filterOf(query: KeyQuery): Schemas['KeyFilter'] {
  const { search, tags, status, owner, creator, environment, attention } = query
  // To the hour: the same question again is then the same text, which a cursor belongs to.
  const days = (number: number): string =>
    new Date(Math.ceil(Date.now() / hourMs) * hourMs + number * dayMs).toISOString()
  const any = anyStatus[attention]
  return {
    ...(search.trim() === '' ? {} : { search: search.trim() }),
    ...(tags.length === 0 ? {} : { tag: [...tags] }),
    status: status === '' ? [...any] : [status],
    ...ownerOf(owner),
    ...(creator === '' ? {} : { created_by: { type: 'user', id: creator } }),
    ...(environment === '' ? {} : { environment }),
    ...(attention === 'unused' ? { unused_since: days(-90) } : {}),
    ...(attention === 'expiring' ? { expiring_before: days(30) } : {}),
    ...(attention === 'policy' ? { breaks_policy: true } : {}),
  }
}

/** The same for the list. */
export function parametersOf(query: KeyQuery): Parameters {
  const { created_by: creator, breaks_policy: breaks, ...filter } = filterOf(query)
  const createdBy = creator === undefined ? {} : { created_by_type: creator.type, created_by_id: creator.id }
  return { ...filter, ...createdBy, ...(breaks === true ? { breaks_policy: 'true' } : {}), sort: query.sort }
}

function ownerOf(owner: string): Pick<Schemas['KeyFilter'], 'owner' | 'owner_id'> {
  if (owner === '') return {}
  return owner === ownKeys || owner === organizationKeys ? { owner: owners[owner] } : { owner_id: owner }
}
