import { expect, it } from 'vitest'
import { sessionTags } from '../src/edge/session-tag.js'

const tags = sessionTags('a secret that processes share')

it('the tag of a session is good for its caller alone, also when it is remembered', () => {
  const tagged = tags.tag('s1', 'key:a')
  for (const _ of [1, 2]) {
    expect(tags.untag(tagged, 'key:a')).toBe('s1')
    expect(tags.untag(tagged, 'key:b')).toBeNull()
    expect(tags.untag(`${tagged}x`, 'key:a')).toBeNull()
    expect(tags.untag(tagged.replace('s1', 's2'), 'key:a')).toBeNull()
  }
})

it('a tag that was made by another process, or forgotten, is good again', () => {
  const tagged = sessionTags('a secret that processes share').tag('s1', 'key:a')
  expect(tags.untag(tagged, 'key:a')).toBe('s1')
  for (let n = 0; n < 10_001; n += 1) tags.untag(tags.tag(`other ${n}`, 'key:b'), 'key:b')
  expect(tags.untag(tagged, 'key:a')).toBe('s1')
  expect(tags.untag(tagged, 'key:b')).toBeNull()
})
