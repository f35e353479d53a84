import { afterEach, describe, expect, it, vi } from 'vitest'
import { german } from '../app/languages/german.js'
import { formatsOf } from '../app/state/formats.js'
import { en } from '../app/strings/en.js'

describe('times in words', () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  const ago = (now: Date, at: Date): string => {
    vi.useFakeTimers({ now })
    return formatsOf('en').ago(at)
  }
  const day = (of: number, hour: number, minute = 0): Date => new Date(2030, 4, of, hour, minute)

  it('counts days as the calendar does', () => {
    expect(ago(day(10, 23), day(12, 21))).toBe('in 2 days')
    expect(ago(day(10, 1), day(11, 23))).toBe('tomorrow')
    expect(ago(day(12, 1), day(10, 23))).toBe('2 days ago')
    expect(ago(day(12, 23), day(11, 1))).toBe('yesterday')
    expect(ago(day(1, 12), day(30, 13))).toBe('in 29 days')
  })

  it('counts hours up to a day, and months from 30 days', () => {
    expect(ago(day(10, 23), day(11, 2))).toBe('in 3 hours')
    expect(ago(day(10, 12), day(10, 11, 58))).toBe('2 minutes ago')
    expect(ago(day(10, 12), day(10, 12))).toBe('now')
    expect(ago(new Date(2030, 0, 1), new Date(2030, 2, 5))).toBe('in 2 months')
  })
})

describe('one and many', () => {
  it('in English', () => {
    expect(en.bulk.titles.revoke('1')).toBe('Revoke 1 key?')
    expect(en.bulk.titles.disable('2')).toBe('Disable 2 keys?')
    expect(en.bulk.unchanged(1, '1')).toBe('1 key will stay as it is.')
    expect(en.bulk.unchanged(3, '3')).toBe('3 keys will stay as they are.')
    expect(en.create.planFull('1')).toMatch(/^Your plan has 1 key, and it is in use\./)
    expect(en.create.planLeft('0', '1')).toBe('Your plan has 1 key.')
    expect(en.stats.planUse('0', '1')).toBe('0 of 1 key')
    expect(en.usage.point('Now', '1', '0')).toBe('Now: 1 call, 0 refused')
    expect(en.usage.chart('1', '1', '1')).toMatch(/^1 call and 1 refused/)
    expect(en.audit.verifying('1')).toBe('Checked 1 record…')
  })

  it.each([
    ['board', 'boards'],
    ['repository', 'repositories'],
    ['survey', 'surveys'],
    ['address', 'addresses'],
    ['inbox', 'inboxes'],
    ['branch', 'branches'],
  ])('in English, of a type of resources: %s', (type, many) => {
    expect(en.access.allOf(type, 'read')).toBe(`all ${many}: read`)
    expect(en.access.someOf(type, 1)).toBe(`1 ${type}`)
    expect(en.access.someOf(type, 2)).toBe(`2 ${many}`)
    expect(en.create.resourcesSome(type)).toBe(`Specific ${many}`)
  })

  it('in German', () => {
    expect(german.bulk.would(1, '1')).toBe('1 Schlüssel wird geändert.')
    expect(german.bulk.would(2, '2')).toBe('2 Schlüssel werden geändert.')
    expect(german.bulk.unchanged(1, '1')).toBe('1 Schlüssel bleibt, wie er ist.')
    expect(german.bulk.refused(1, '1')).toBe('1 Schlüssel lässt sich nicht ändern:')
    expect(german.create.planFull('1')).toMatch(/^Ihr Tarif hat 1 Schlüssel, und er ist in Gebrauch\./)
    expect(german.usage.point('Jetzt', '1', '0')).toBe('Jetzt: 1 Aufruf, 0 abgelehnt')
  })
})

describe('a name within a sentence', () => {
  it.each([en, german])('keeps the marks around it where it is written from right to left: $language', ({ key }) => {
    expect(key.revokeTitle('مفتاح')).toContain('\u2068مفتاح\u2069')
    expect(key.typeName('מפתח')).toContain('\u2068מפתח\u2069')
    expect(key.enabled('CI pipeline')).not.toMatch(/[\u2066-\u2069]/)
  })
})

describe('the strings', () => {
  it('have the same keys in each language', () => {
    const paths = (of: object, at = ''): string[] =>
      Object.entries(of).flatMap(([name, value]) =>
        typeof value === 'object' && value !== null ? paths(value, `${at}${name}.`) : [`${at}${name}`],
      )
    expect(paths(german).sort()).toEqual(paths(en).sort())
  })
})
