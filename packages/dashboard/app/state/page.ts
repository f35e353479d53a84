import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Catalog, Client } from '../client/client.js'
import type { ElementOptions } from '../page-options.js'
import type { Strings } from '../strings/strings.js'
import type { Formats } from './formats.js'
import type { Router } from './router.js'
import type { Saying } from './said.js'

/** What each part of the page has at hand. */
export interface Page {
  readonly client: Client
  readonly options: ElementOptions
  readonly catalog: Catalog
  readonly strings: Strings
  readonly formats: Formats
  readonly router: Router
  /** Grows with each change of a key: what shows keys loads them again. */
  readonly revision: number
  /** Says that keys have changed. */
  changed(): void
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
