import type { PageLink } from './page-link.js'

const operations: readonly PageLink[] = [
  { text: 'Databases', link: '/databases' },
  { text: 'Servers and proxies', link: '/servers-and-proxies' },
  { text: 'Several processes', link: '/running-several-processes' },
  { text: 'Scaling', link: '/scaling' },
  { text: 'Transactions', link: '/transactions' },
  { text: 'Retention', link: '/retention' },
  { text: 'The management API', link: '/management-api' },
  { text: 'MCP servers', link: '/mcp-servers' },
]

export default operations
