import { InvalidInput } from '../errors/index.js'
import { inByteOrder, tagTerm } from '../store/index.js'
import { maxTagLength, maxTags } from './bounds.js'
import { isPrintable } from './check-input.js'

/**
 * Returns at most 20 tags, each in NFC and without spaces around it. They are sorted as people search: the same tags are the same list,
 * whoever gave them in which order.
 *
 * @throws InvalidInput, naming the tag by its place in the list.
 */
export function checkTags(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > maxTags)
    throw new InvalidInput('tags', `a list of at most ${maxTags} tags`)
  const terms: string[] = []
  const tags = Array.from<unknown>(value).map((one, at) => {
    const tag = checkTag(one, `tags[${at}]`)
    const term = tagTerm(tag)
    if (terms.includes(term))
      throw new InvalidInput(`tags[${at}]`, 'a tag that differs from those before it by more than case and accents')
    terms.push(term)
    return { tag, term }
  })
  return tags.sort((a, b) => inByteOrder(a.term, b.term)).map(({ tag }) => tag)
}

/** Returns a tag in NFC, without spaces around it. With a comma, it would be two wherever tags stand in a line. */
export function checkTag(value: unknown, field: string): string {
  const tag = typeof value === 'string' ? value.normalize('NFC').trim() : ''
  if (tag.length > maxTagLength || tag.includes(',') || !isPrintable(tag) || tagTerm(tag) === '')
    throw new InvalidInput(field, `a string of 1 to ${maxTagLength} printable characters without a comma`)
  return tag
}
