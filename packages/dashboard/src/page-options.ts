import type { McpClient, ShownParts } from './options.js'

/** The options as the page gets them: JSON, complete. The element reads the same from its attribute `options`. */
export interface PageOptions {
  readonly productName: string
  readonly logoUrl: string | null
  readonly accent: string | null
  readonly exampleUrl: string | null
  readonly envName: string
  readonly mcp: PageMcp | null
  readonly show: { readonly [Part in keyof ShownParts]-?: boolean }
}

/** The MCP server and its clients' configurations. */
export interface PageMcp {
  readonly url: string
  /** Without a token. */
  readonly clients: readonly McpClient[]
  /** With {@link placeholder} where the token goes. */
  readonly filled: readonly McpClient[]
  readonly placeholder: string
}
