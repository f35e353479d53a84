import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { groups } from './mutation/groups.js'
import { leastScore, pagePath, type Score, type Scores, scoreOf, withTable } from './mutation/page.js'

const root = join(import.meta.dirname, '..')
const scores: Scores = JSON.parse(readFileSync(join(root, 'docs/mutation.json'), 'utf8'))
const page = readFileSync(pagePath, 'utf8')

const counts = { killed: 0, endless: 0, survived: 0, uncovered: 0, timedOut: 0, excused: 0, broken: 0 }
const nothing: Score = { commit: '', ...counts }

it('docs/reference/mutation.md has the table that follows from docs/mutation.json', () => {
  expect(withTable(page, scores)).toBe(page)
  expect(withTable(page, { ...scores, another: nothing })).not.toBe(page)
})

it.each(Object.entries(scores))(
  'the tests notice nine of ten changes in %s, which the page explains',
  (name, score) => {
    expect(scoreOf(score)).toBeGreaterThanOrEqual(leastScore)
    expect(page).toContain(`\n| ${name} | `)
    expect(groups).toHaveProperty(name)
  },
)

it.each(Object.entries(groups))('each file and test of %s is there, once', (_, { mutate, tests }) => {
  const paths = [...mutate, ...tests]
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  expect(new Set(paths).size).toBe(paths.length)
})

describe('a score', () => {
  it('is the share of the noticed, without what timed out or is excused', () => {
    expect(
      scoreOf({ ...nothing, killed: 7, endless: 1, survived: 1, uncovered: 1, timedOut: 5, excused: 5, broken: 5 }),
    ).toBe(80)
  })

  it('is 0 where nothing was measured', () => {
    expect(scoreOf({ ...nothing, timedOut: 5 })).toBe(0)
  })
})
