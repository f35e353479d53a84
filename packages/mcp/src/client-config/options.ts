import type { Secret } from '@keywright/core'

/** An MCP server that clients reach by Streamable HTTP. */
export interface RemoteServer {
  /**
   * Where it answers, workspace and all: `https://api.example.com/mcp?projectId=prj_1`. Without user name, password and
   * fragment. What a client or a shell would expand, such as `$` and `{`, is percent-encoded in path and query.
   */
  readonly url: string | URL
  readonly command?: never
  readonly args?: never
}

/** An MCP server that the client starts itself, and talks to by stdio. */
export interface LocalServer {
  /** The program to run, such as `npx`. */
  readonly command: string
  /** What it is run with. No `$`: clients would expand it. @defaultValue none */
  readonly args?: readonly string[] | undefined
  readonly url?: never
}

/** What to write a configuration for. */
export type ClientConfigOptions = (RemoteServer | LocalServer) & {
  /** What the client calls the server: a letter, then letters, digits, `_` and `-`; 64 characters at most. */
  readonly name: string
  /**
   * The environment variable that holds the key.
   *
   * @defaultValue the name in capitals with `_API_KEY` after it: `ALMIRANT_API_KEY` for `almirant`
   */
  readonly env?: string | undefined
  /**
   * Writes this key out in full, in place of a placeholder: for the one page that shows a key when it is made. The
   * result then carries a warning, and neither link nor command.
   *
   * @defaultValue none: a placeholder
   */
  readonly token?: Secret | undefined
}
