import type { Secret } from '@keywright/core'

/** An MCP server that clients reach over Streamable HTTP. */
export interface RemoteServer {
  /**
   * The URL of the endpoint, with its query: `https://api.example.com/mcp?projectId=prj_1`. A user name, a password and a
   * fragment are refused. Characters that a client or a shell would expand, such as `$` and `{`, are percent-encoded.
   */
  readonly url: string | URL
  readonly command?: never
  readonly args?: never
}

/** An MCP server that the client starts itself, and reaches over stdio. */
export interface LocalServer {
  /** The program to run, such as `npx`. */
  readonly command: string
  /** Its arguments. `$` is refused, because clients would expand it. @defaultValue none */
  readonly args?: readonly string[] | undefined
  readonly url?: never
}

/** Options of {@link clientConfig}: the server, and how the client names it and its key. */
export type ClientConfigOptions = (RemoteServer | LocalServer) & {
  /** The client's name for the server: a letter, then letters, digits, `_` and `-`, at most 64 characters. */
  readonly name: string
  /**
   * The environment variable that holds the key.
   *
   * @defaultValue the name in capitals, followed by `_API_KEY`: `ALMIRANT_API_KEY` for `almirant`
   */
  readonly env?: string | undefined
  /**
   * Writes this key into the text, in place of a placeholder. Use it only on the page that shows a new key. The result then
   * has a warning, and neither a link nor a command.
   *
   * @defaultValue none: the text has a placeholder
   */
  readonly token?: Secret | undefined
}
