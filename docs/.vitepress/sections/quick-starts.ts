import type { PageLink } from './page-link.js'

const quickStarts: readonly PageLink[] = [
  { text: 'Express', link: '/quick-start/express' },
  { text: 'Fastify', link: '/quick-start/fastify' },
  { text: 'Hono', link: '/quick-start/hono' },
  { text: 'Next.js', link: '/quick-start/next' },
  { text: 'An MCP server', link: '/quick-start/mcp' },
]

export default quickStarts
