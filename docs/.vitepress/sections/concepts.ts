import type { PageLink } from './page-link.js'

/** The pages that explain what is there, for the sidebar. */
const concepts: readonly PageLink[] = [
  { text: 'The access model', link: '/concepts/access-model' },
  { text: 'Owners and organizations', link: '/concepts/owners-and-organizations' },
  { text: 'Plans and limits', link: '/concepts/plans-and-limits' },
  { text: 'Budgets', link: '/concepts/budgets' },
  { text: 'Policies', link: '/concepts/policies' },
  { text: 'Tokens', link: '/concepts/tokens' },
  { text: 'Delegated tokens', link: '/concepts/delegates' },
  { text: 'Statuses and life of a key', link: '/concepts/statuses-and-lifecycle' },
  { text: 'The audit log', link: '/concepts/audit-log' },
  { text: 'Webhooks', link: '/concepts/webhooks' },
  { text: 'The settings page', link: '/concepts/settings-page' },
  { text: 'Threat model', link: '/concepts/threat-model' },
  { text: 'Comparison', link: '/comparison' },
  { text: 'Feature table', link: '/feature-table' },
]

export default concepts
