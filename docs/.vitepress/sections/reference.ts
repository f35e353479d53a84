import type { PageLink } from './page-link.js'

const reference: readonly PageLink[] = [
  { text: 'Refusals', link: '/reference/refusals' },
  { text: 'Errors', link: '/reference/errors' },
  { text: 'Events', link: '/reference/events' },
  { text: 'Types of audit records', link: '/reference/audit-types' },
  { text: 'How well the tests notice', link: '/reference/mutation' },
  { text: 'API of all packages', link: '/api-reference/' },
]

export default reference
