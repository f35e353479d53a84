/** "1 key", "2 keys". The number is written as the page writes numbers. */
export function counted(written: string, one: string, many = pluralOf(one)): string {
  return `${written} ${written === '1' ? one : many}`
}

/** By the rule; the types of resources are the host's words, of which no list is known. */
export function pluralOf(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`
}
