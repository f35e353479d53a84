import { de } from './de.js'
import { en } from './en.js'

/** What each language says. */
export type Strings = typeof en

const languages: Readonly<Record<string, Strings>> = { en, de }

/** The strings of the language that is nearest to this tag. */
export function stringsOf(lang: string): Strings {
  return languages[lang.toLowerCase().split('-')[0] ?? ''] ?? en
}
