import type { Secret } from '@keywright/core'

/** How the page looks like a part of your product. */
export interface Branding {
  /** The name of your product, at the top of the page. */
  readonly productName: string
  /** An image beside it: a path of the same origin, or a `data:` URL. @defaultValue none */
  readonly logoUrl?: string | undefined
  /** The colour of buttons and links: a colour of CSS such as `#3b5bdb`. @defaultValue a blue */
  readonly accent?: string | undefined
}

/** The configuration of one MCP client: what `clientConfig` of `@keywright/mcp/client-config` returns. */
export interface McpClient {
  readonly client: string
  /** The display name, such as `Claude Code`. */
  readonly title: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly command?: string | undefined
  readonly link?: string | undefined
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
}

/** The MCP server that keys are for. */
export interface McpConnection {
  /** Where clients reach it. */
  readonly url: string
  /**
   * Returns the configuration of each client. It is called twice at start-up: without a token, for people who keep theirs in a
   * variable, and with a placeholder of the form of a token, in whose place the page writes a new token.
   *
   * @defaultValue no configurations
   */
  readonly clients?: ((token?: Secret) => readonly McpClient[]) | undefined
}

/**
 * What the page shows. It gives nobody a right: what is hidden here can still be asked of the API. What the caller may not do,
 * and what the keyring does not have, is hidden anyway.
 */
export interface ShownParts {
  /** The choice of environment. @defaultValue true */
  readonly environments?: boolean | undefined
  /** Single permissions. Without them, keys are given presets, roles and resources only. @defaultValue true */
  readonly scopes?: boolean | undefined
  /** @defaultValue true */
  readonly presets?: boolean | undefined
  /** @defaultValue true */
  readonly roles?: boolean | undefined
  /** @defaultValue true */
  readonly resources?: boolean | undefined
  /** Addresses that may use a key. @defaultValue true */
  readonly ipAllowList?: boolean | undefined
  /** Limits of a key in place of those of the plan. @defaultValue true */
  readonly rateLimits?: boolean | undefined
  /** What the calls of a key may cost. @defaultValue true */
  readonly budgets?: boolean | undefined
  /** When a key ends. @defaultValue true */
  readonly expiry?: boolean | undefined
  /** Keys that belong to the person who creates them. @defaultValue true */
  readonly personalKeys?: boolean | undefined
  /** Keys of the whole organisation, to those who may manage all keys. @defaultValue true */
  readonly organizationKeys?: boolean | undefined
  /** Tokens again, where the keyring keeps them. @defaultValue true */
  readonly reveal?: boolean | undefined
  /** Changes of several keys at once. @defaultValue true */
  readonly bulk?: boolean | undefined
  /** The chart of calls. @defaultValue true */
  readonly usage?: boolean | undefined
  /** The audit log. @defaultValue true */
  readonly audit?: boolean | undefined
  /** The webhooks of keys. @defaultValue true */
  readonly webhooks?: boolean | undefined
}

/** Options of {@link dashboard}. */
export interface DashboardOptions {
  /** The path of `managementApi`, on the same origin. @defaultValue '/api/api-keys' */
  readonly api?: string | undefined
  readonly branding: Branding
  /** The language of the page, as a tag such as `de`. @defaultValue 'en' */
  readonly lang?: string | undefined
  /** The direction of the page. @defaultValue that of the language */
  readonly dir?: 'ltr' | 'rtl' | undefined
  /** An address of your API that any key may ask: a new token is shown with a `curl` line for it. @defaultValue no such line */
  readonly exampleUrl?: string | undefined
  /** The environment variable that a new token is downloaded for. @defaultValue made of the product's name: `ACME_API_KEY` */
  readonly envName?: string | undefined
  /** @defaultValue none: nothing of MCP is shown */
  readonly mcp?: McpConnection | undefined
  /** @defaultValue all parts */
  readonly show?: ShownParts | undefined
}
