import { en } from './en.js'
import { languages } from './languages.js'

/** What each language says. */
export type Strings = typeof en

/** The strings of the language that is nearest to this tag; English, if none is. */
export function stringsOf(lang: string): Strings {
  return languages().get(lang.toLowerCase().split('-')[0] ?? '') ?? en
}
