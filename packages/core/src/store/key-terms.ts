import type { KeyRecord } from '../values/index.js'

/** A text by which a list finds a key, without reading the key. */
export interface KeyTerm {
  /** `word`: a part of its name, preview or tags, folded. `tag`: see {@link tagTerm}. `scope`, `role`: one that it was granted for everything. */
  readonly kind: 'word' | 'tag' | 'scope' | 'role'
  /** At most 255 characters. */
  readonly term: string
}

/** The most characters of a term of each kind, and of {@link sortName}. Queries are cut alike. */
const longestWord = 64
const longestTerm = 255
const longestName = 100

/** Returns the terms of a key, each once; none of a tombstone. A store keeps them beside the key, and changes them with it. */
export function termsOf({
  name,
  preview,
  tags,
  grants,
  status,
}: Pick<KeyRecord, 'name' | 'preview' | 'tags' | 'grants' | 'status'>): readonly KeyTerm[] {
  if (status === 'deleted') return []
  const shown = fold(preview)
  const parts = [...[name, ...tags].flatMap(wordsIn), shown, shown.slice(shown.lastIndexOf('_') + 1)]
  const words = parts.map((word) => cut(word, longestWord))
  const all: readonly (readonly [KeyTerm['kind'], readonly string[]])[] = [
    ['word', words],
    ['tag', tags.map(tagTerm)],
    ['scope', grants.scopes],
    ['role', grants.roles],
  ]
  return all.flatMap(([kind, terms]) =>
    [...new Set(terms.map((term) => cut(term, longestTerm)))].filter(Boolean).map((term) => ({ kind, term })),
  )
}

/** Returns the one text of all tags that people take for the same; an empty one of a tag that they cannot see. */
export function tagTerm(tag: string): string {
  return cut(fold(tag), longestTerm)
}

/** Returns the beginnings of words that somebody asks for, by the spaces between them. A key is found if it has them all. */
export function soughtWords(text: string): readonly string[] {
  const sought = fold(text).split(/\s+/u)
  return [...new Set(sought.map((word) => cut(word, longestWord)))].filter(Boolean)
}

/** Returns what lists by name are sorted by: the name without case and accents, by the order of its code points. */
export function sortName(name: string): string {
  return cut(fold(name), longestName)
}

/** Compares texts as databases do that compare bytes. JavaScript's `<` has another order beyond U+FFFF. */
export function inByteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Makes one text of all that people take for the same when they search: neither case, accents nor width count. */
function fold(text: string): string {
  // Down and up: ß and ẞ are SS then, and the iota below a Greek letter is one beside it, where it is no mark to be left out.
  const large = text.normalize('NFKD').toLowerCase().toUpperCase().normalize('NFKD')
  const plain = large.replace(/[\p{M}\p{Cf}]/gu, '').toLowerCase()
  return plain.replaceAll('ς', 'σ').normalize('NFC').trim()
}

/** What lies between spaces, whole and from each beginning of letters or digits in it: `my_deploy-key`, `deploy-key`, `key`. */
function wordsIn(name: string): string[] {
  return fold(name)
    .split(/\s+/u)
    .flatMap((part) => [
      part,
      ...[...part.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].map(({ index }) => part.slice(index)),
    ])
}

function cut(text: string, most: number): string {
  // By code points: half of one is no text. Some databases ignore spaces at the end.
  return text.length <= most ? text : Array.from(text).slice(0, most).join('').trimEnd()
}
