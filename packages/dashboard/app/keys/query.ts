import type { Key, Schemas } from '../client/client.js'
import type { operations } from '../client/schema.js'

export type KeySort = '-created_at' | 'created_at' | 'name' | '-last_used_at' | 'expires_at'

/** What the list is asked for. */
export interface KeyQuery {
  readonly search: string
  readonly status: '' | Exclude<Key['status'], 'revoked'>
  /** `me`, `organization`, `user:<id>`, or '' for all that the caller may see. */
  readonly owner: string
  readonly environment: string
  readonly attention: '' | 'unused' | 'expiring'
  readonly sort: KeySort
}

export const noQuery: KeyQuery = {
  search: '',
  status: '',
  owner: '',
  environment: '',
  attention: '',
  sort: '-created_at',
}

type Parameters = NonNullable<operations['listKeys']['parameters']['query']>

const dayMs = 86_400_000

/** The filter, as a request in bulk takes it. Revoked keys have a list of their own. */
export function filterOf({ search, status, owner, environment, attention }: KeyQuery): Schemas['KeyFilter'] {
  // To the day: the same question again is then the same text, which a cursor belongs to.
  const days = (number: number): string => new Date(Math.floor(Date.now() / dayMs + number) * dayMs).toISOString()
  return {
    ...(search.trim() === '' ? {} : { search: search.trim() }),
    status: status === '' ? ['active', 'disabled', 'expired'] : [status],
    ...(owner.startsWith('user:') ? { owner_id: owner.slice(5) } : {}),
    ...(owner === 'me' || owner === 'organization' ? { owner } : {}),
    ...(environment === '' ? {} : { environment }),
    ...(attention === 'unused' ? { unused_since: days(-90) } : {}),
    ...(attention === 'expiring' ? { expiring_before: days(31) } : {}),
  }
}

/** The same for the list. */
export function parametersOf(query: KeyQuery): Parameters {
  const { created_by: _, ...filter } = filterOf(query)
  return { ...filter, sort: query.sort }
}
