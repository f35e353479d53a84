import type { ClientId } from './client-ids.js'

/** A text, and where it belongs. It is one entry: if the file exists, its other entries stay. */
export interface ConfigFile {
  /** The file, or the settings page if the client has no file. `~` and `%APPDATA%` are folders of the user. */
  readonly path: string
  /** `project`: a file that is usually committed, for the whole team. `user`: for one user, in all projects. */
  readonly scope: 'project' | 'user'
  readonly language: 'json' | 'toml' | 'yaml'
  /** The text to paste, with a line break at the end. */
  readonly text: string
}

/**
 * How the client gets the key. `environment`: it reads a variable. `prompt`: it asks, and stores the answer. `paste`: it can do
 * neither, and the user replaces `<ALMIRANT_API_KEY>` in the text. `literal`: the text contains the key.
 */
export type KeyPlacement = 'environment' | 'prompt' | 'paste' | 'literal'

/** The configuration of one client. It contains no secret, unless `key` is `literal`. */
export interface ClientConfig<Id extends ClientId = ClientId> {
  readonly client: Id
  /** The display name of the client, such as `Claude Code`. */
  readonly title: string
  readonly key: KeyPlacement
  /** Where the text may go, best first. One of them is enough. */
  readonly files: readonly ConfigFile[]
  /** One line for a POSIX shell, with the same effect as the first file. */
  readonly command?: string
  /** A link that opens the client, which asks before it installs. */
  readonly link?: string
  /** What the user has to do or know, in plain English. It also says which parts of the format are not confirmed. */
  readonly notes: readonly string[]
  /** What endangers the key. Show it together with the text. */
  readonly warnings: readonly string[]
}
