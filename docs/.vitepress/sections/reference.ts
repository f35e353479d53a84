import type { PageLink } from './page-link.js'

const reference: readonly PageLink[] = [
  { text: 'Refusals', link: '/reference/refusals' },
  { text: 'Errors', link: '/reference/errors' },
  { text: 'Events', link: '/reference/events' },
  { text: 'Types of audit records', link: '/reference/audit-types' },
  { text: 'API of all packages', link: '/api-reference/' },
]

export default reference
