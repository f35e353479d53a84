import type { ComponentType } from 'preact'
import { AuditView } from './audit/audit-view.js'
import type { Catalog } from './client/client.js'
import { KeysView } from './keys/keys-view.js'
import { McpView } from './mcp/mcp-view.js'
import type { ElementOptions } from './page-options.js'
import type { Strings } from './strings/strings.js'
import { UsageView } from './usage/usage-view.js'
import { WebhooksView } from './webhooks/webhooks-view.js'

/** A tab of the page. What stands behind it in the hash of the URL is its own: `usePage().router.path`. */
export interface View {
  readonly id: string
  label(strings: Strings): string
  isShown(catalog: Catalog, options: ElementOptions): boolean
  readonly component: ComponentType
}

/** The tabs, in their order. A tab is one folder, one line here, and its strings. */
export const views: readonly View[] = [
  { id: 'keys', label: ({ page }) => page.keys, isShown: ({ permissions }) => permissions.read, component: KeysView },
  {
    id: 'usage',
    label: ({ usage }) => usage.tab,
    isShown: ({ permissions }, { show }) => show.usage && permissions.read,
    component: UsageView,
  },
  {
    id: 'audit',
    label: ({ audit }) => audit.tab,
    isShown: ({ permissions }, { show }) => show.audit && permissions.audit_read,
    component: AuditView,
  },
  {
    id: 'webhooks',
    label: ({ webhooks }) => webhooks.tab,
    isShown: ({ permissions }, { show }) => show.webhooks && permissions.read && permissions.webhooks_read,
    component: WebhooksView,
  },
  { id: 'mcp', label: ({ mcp }) => mcp.tab, isShown: (_, { mcp }) => mcp !== null, component: McpView },
]
