import type { ConfigFile, KeyPlacement } from './result.js'
import type { Setup } from './setup.js'

/** One client: its display name, and the format of its configuration. */
export interface Client {
  readonly title: string
  /** How the client gets the key when the setup contains none. */
  readonly key: Exclude<KeyPlacement, 'literal'>
  write(setup: Setup): Draft
}

/** The part of a configuration that differs by client. `clientConfig` adds the rest. */
export interface Draft {
  readonly files: readonly ConfigFile[]
  readonly command?: string
  readonly link?: string
  readonly notes?: readonly string[]
}

/** Where a text belongs. */
export type Place = Pick<ConfigFile, 'path' | 'scope'>

/** A file of a project, usually committed. */
export const inProject = (path: string): Place => ({ path, scope: 'project' })

/** A file or settings page of one user. */
export const ofUser = (path: string): Place => ({ path, scope: 'user' })

/** The same JSON text for several places. */
export function jsonFiles(places: readonly Place[], value: object): ConfigFile[] {
  return places.map((place) => ({ ...place, language: 'json', text: `${JSON.stringify(value, null, 2)}\n` }))
}

/** A variable as shells write it, and most clients too. */
export const braced = (env: string): string => `\${${env}}`

/** The placeholder for clients that can neither read a variable nor ask. */
export const pasteHere = (env: string): string => `<${env}>`

/** The note for a format that its maker does not document. */
export const reported = (title: string): string =>
  `This format is known from reports, not from the documentation of ${title}. If ${title} refuses it, look there.`
