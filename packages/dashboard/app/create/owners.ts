import type { Catalog } from '../client/client.js'
import type { ElementOptions } from '../page-options.js'

export type OwnerKind = 'me' | 'organization'

/** Whose key this caller may create. */
export function ownersFor({ permissions }: Catalog, { show }: ElementOptions): readonly OwnerKind[] {
  return [
    ...(show.personalKeys ? ['me' as const] : []),
    ...(show.organizationKeys && permissions.manage_all ? ['organization' as const] : []),
  ]
}
