/** One line that a POSIX shell reads as exactly these words. Nothing in it is expanded. */
export function shellLine(words: readonly string[]): string {
  return words.map(quote).join(' ')
}

function quote(word: string): string {
  // No `=` and `~`: zsh expands them at the beginning of a word.
  return /^[A-Za-z0-9_./:@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
