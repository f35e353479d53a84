/** One line that a POSIX shell reads as exactly these words, without expanding anything. */
export function shellLine(words: readonly string[]): string {
  return words.map(quote).join(' ')
}

function quote(word: string): string {
  // `=` and `~` need quotes: zsh expands them at the start of a word.
  return /^[A-Za-z0-9_./:@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
