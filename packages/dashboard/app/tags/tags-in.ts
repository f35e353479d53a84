/** The tags in what somebody typed: no tag has a comma. */
export function tagsIn(text: string): string[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

/** The same tags as a text to be changed. */
export function textOfTags(tags: readonly string[]): string {
  return tags.join(', ')
}
