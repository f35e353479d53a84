import type { ShownParts } from './options.js'

/** Each part of the page that a product may hide. */
export const shownParts: { readonly [Part in keyof ShownParts]-?: true } = {
  environments: true,
  scopes: true,
  presets: true,
  roles: true,
  resources: true,
  ipAllowList: true,
  rateLimits: true,
  budgets: true,
  expiry: true,
  personalKeys: true,
  organizationKeys: true,
  reveal: true,
  bulk: true,
  usage: true,
  audit: true,
  webhooks: true,
}
