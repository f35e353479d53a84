import type { PageLink } from './page-link.js'

/** The pages that say how to do one thing, for the sidebar. */
const guides: readonly PageLink[] = [
  { text: 'Before you go live', link: '/guides/deploy' },
  { text: 'Testing your application', link: '/guides/testing-your-application' },
  { text: 'Observability', link: '/guides/observability' },
  { text: 'Notices', link: '/guides/notices' },
  { text: 'Rotation by schedule', link: '/guides/scheduled-rotation' },
  { text: 'Rotate peppers, seals and audit keys', link: '/guides/rotate-peppers' },
  { text: 'Backups', link: '/guides/backups' },
  { text: 'Bound keys', link: '/guides/bound-keys' },
  { text: 'Secret scanning', link: '/guides/secret-scanning' },
  { text: 'Leaks', link: '/guides/leaks' },
  { text: 'Leavers', link: '/guides/leavers' },
  { text: 'With Drizzle or Prisma', link: '/guides/drizzle-and-prisma' },
  { text: 'Next.js and Nest', link: '/guides/next-and-nest' },
  { text: 'Cloudflare Workers', link: '/guides/cloudflare-workers' },
  { text: 'Migrate from better-auth', link: '/guides/migrate-from-better-auth' },
  { text: 'Migrate from Unkey', link: '/guides/migrate-from-unkey' },
  { text: 'Migrate from keypal', link: '/guides/migrate-from-keypal' },
  { text: 'Migrate from a table of hashes', link: '/guides/migrate-from-a-table' },
]

export default guides
