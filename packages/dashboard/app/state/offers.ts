import type { Catalog } from '../client/client.js'
import type { ElementOptions } from '../page-options.js'

type Offered = Pick<ElementOptions, 'show'>

/** Whether there is a kind of key that this caller may create, and that the product shows. */
export function offersCreate({ permissions: { create, manage_all } }: Catalog, { show }: Offered): boolean {
  return create && (show.personalKeys || (show.organizationKeys && manage_all))
}

/** Whether anything is left of the form that edits what a key may do. */
export function offersGrants({ presets, roles, scopes, resources }: Catalog, { show }: Offered): boolean {
  return (
    (show.presets && presets.length > 0) ||
    (show.roles && roles.length > 0) ||
    (show.scopes && scopes.length > 0) ||
    (show.resources && resources.length > 0)
  )
}

/** Whether anything is left of the form that edits when a key ends, from where and how often it is used. */
export function offersLimits({ show }: Offered): boolean {
  return show.expiry || show.ipAllowList || show.rateLimits
}
