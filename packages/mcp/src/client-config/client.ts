import type { ConfigFile, KeyPlacement } from './result.js'
import type { Setup } from './setup.js'

/** One client: what it is called, and what its configuration looks like. */
export interface Client {
  readonly title: string
  /** Where the key is found, where the setup brings none. */
  readonly key: Exclude<KeyPlacement, 'literal'>
  write(setup: Setup): Draft
}

/** What a client's own file says of a setup; what holds for all clients is added afterwards. */
export interface Draft {
  readonly files: readonly ConfigFile[]
  readonly command?: string
  readonly link?: string
  readonly notes?: readonly string[]
}

/** A place that a text belongs to. */
export type Place = Pick<ConfigFile, 'path' | 'scope'>

/** A file within a project: usually committed. */
export const inProject = (path: string): Place => ({ path, scope: 'project' })

/** A file or settings page of one person. */
export const ofUser = (path: string): Place => ({ path, scope: 'user' })

/** The same JSON for each place. */
export function jsonFiles(places: readonly Place[], value: object): ConfigFile[] {
  return places.map((place) => ({ ...place, language: 'json', text: `${JSON.stringify(value, null, 2)}\n` }))
}

/** How a shell writes a variable, and clients after it. */
export const braced = (env: string): string => `\${${env}}`

/** What stands where a client can neither read a variable nor ask. */
export const pasteHere = (env: string): string => `<${env}>`

/** The note of a format that its maker does not document. */
export const reported = (title: string): string =>
  `This format is known from reports, not from the documentation of ${title}: if it is refused, look there.`
