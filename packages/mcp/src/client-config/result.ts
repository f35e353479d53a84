import type { ClientId } from './client-ids.js'

/** A text, and where it belongs. It is one block: a file that is there already keeps its other entries. */
export interface ConfigFile {
  /** The file, or the settings page where a client has no file of its own. `~` and `%APPDATA%` are the user's. */
  readonly path: string
  /** `project`: a file that is usually committed, for all who work there. `user`: for one person, in all projects. */
  readonly scope: 'project' | 'user'
  readonly language: 'json' | 'toml' | 'yaml'
  /** What to paste, with a line break at the end. */
  readonly text: string
}

/**
 * How the key gets in. `environment`: the client reads a variable. `prompt`: it asks, and keeps the answer. `paste`: it
 * can do neither, and the key is put in by hand, where the text says `<ALMIRANT_API_KEY>`. `literal`: it is in the text.
 */
export type KeyPlacement = 'environment' | 'prompt' | 'paste' | 'literal'

/** How one client is told of a server. Nothing in it is a secret, unless `key` is `literal`. */
export interface ClientConfig<Id extends ClientId = ClientId> {
  readonly client: Id
  /** The client's name for people: `Claude Code`. */
  readonly title: string
  readonly key: KeyPlacement
  /** The places to choose from, best first. One of them is enough. */
  readonly files: readonly ConfigFile[]
  /** One line for a POSIX shell that does the same as the first file. */
  readonly command?: string
  /** Opens the client, which asks before it installs. */
  readonly link?: string
  /** What to do or know, in plain English; among it, what of this format is not confirmed. */
  readonly notes: readonly string[]
  /** What endangers the key. To be shown with the text, not below it. */
  readonly warnings: readonly string[]
}
