import type { z } from '@hono/zod-openapi'
import type { KeySelection, KeyQuery as ListQuery } from '@keywright/core'
import { dateFromJson } from './from-json.js'
import { type KeyQuery, keySorts } from './requests.js'

type Asked = z.output<typeof KeyQuery>

/** Which keys a request selects, as the keyring takes it. */
export function selectionFromJson(
  query: Pick<Asked, 'search' | 'tag' | 'environment' | 'scope' | 'status' | 'unused_since' | 'expiring_before'> & {
    readonly breaks_policy?: boolean | undefined
  },
): Omit<KeySelection, 'organizationId' | 'owner' | 'createdBy'> {
  const { search, tag, environment, scope, status, unused_since, expiring_before, breaks_policy } = query
  return {
    search,
    tag,
    environment,
    scope,
    status,
    unusedSince: dateFromJson(unused_since),
    expiringBefore: dateFromJson(expiring_before),
    breaksPolicy: breaks_policy,
  }
}

/** The order of a list, as the keyring takes it. */
export function orderFromJson(sort: Asked['sort'] = '-created_at'): Pick<ListQuery, 'sort' | 'order'> {
  const name = sort.replace('-', '') as keyof typeof keySorts // the same without its sign
  return { sort: keySorts[name], order: sort.startsWith('-') ? 'desc' : 'asc' }
}
