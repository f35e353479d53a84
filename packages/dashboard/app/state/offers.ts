import type { Catalog } from '../client/client.js'
import type { ElementOptions } from '../page-options.js'

type Offered = Pick<ElementOptions, 'show'>

/** Whose keys this caller may create, of those that the product shows. */
export function ownersFor({ permissions }: Catalog, { show }: Offered): readonly ('me' | 'organization')[] {
  if (!permissions.create) return []
  return [
    ...(show.personalKeys ? ['me' as const] : []),
    ...(show.organizationKeys && permissions.manage_all ? ['organization' as const] : []),
  ]
}

export function offersCreate(catalog: Catalog, options: Offered): boolean {
  return ownersFor(catalog, options).length > 0
}

/** Whether this caller may end the keys of everybody. */
export function offersLeavers({ permissions }: Catalog): boolean {
  return permissions.manage_all && permissions.revoke
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
  return show.expiry || show.ipAllowList || show.rateLimits || show.budgets
}

/** Whether a key can be given a budget here. */
export function offersBudgets({ budgets }: Catalog, { show }: ElementOptions): boolean {
  return budgets && show.budgets
}
