export { type Dashboard, dashboard } from './dashboard.js'
export type { Branding, DashboardOptions, McpClient, McpConnection, ShownParts } from './options.js'
