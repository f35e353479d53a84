import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Catalog, Client, Key } from '../client/client.js'
import type { KeyQuery } from '../keys/query.js'
import type { ElementOptions } from '../page-options.js'
import type { Strings } from '../strings/strings.js'
import type { Formats } from './formats.js'
import type { Router } from './router.js'
import type { Saying } from './said.js'
import type { ShownOnce } from './shown-once.js'

/** A key that is gone. */
export interface Removed {
  readonly id: string
  readonly status: 'removed'
}

/** What was changed. */
export interface Change {
  /** `null`: several keys, or what belongs to one. */
  readonly key: Key | Removed | null
}

/** What each part of the page has at hand. */
export interface Page {
  readonly client: Client
  readonly options: ElementOptions
  readonly catalog: Catalog
  readonly strings: Strings
  readonly formats: Formats
  readonly router: Router
  /** What the list of keys is asked for. */
  readonly keyQuery: KeyQuery
  setKeyQuery(query: KeyQuery): void
  /** Grows with each change of a key: what counts keys counts them again. */
  readonly revision: number
  /** The last change. */
  readonly change: Change
  /** Says that this key is now so, or that keys have changed. */
  changed(key?: Key | Removed | null): void
  /** Shows a secret that is never shown again, whatever becomes of the view that asked for it. */
  showOnce(secret: ShownOnce): void
  /** Says something in passing, to screen readers as well. `undo` takes it back. */
  say(text: string, undo?: () => void): void
  readonly saying: Saying
}

export const PageContext = createContext<Page | null>(null)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (page === null) throw new Error('This stands within the page.')
  return page
}
