import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const docs = join(import.meta.dirname, '../docs')
const rows = readFileSync(join(docs, 'feature-table.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| |'))
  .map((line) => line.slice(2, -2).split(' | '))

describe.each(rows)('the feature table, %s', (...cells) => {
  const [, ours = '', ...others] = cells
  const links = [...ours.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, text = '', path = '']) => ({ text, path }))

  it('has a cell for each product, and a test for ours', () => {
    expect(others).toHaveLength(5)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter(({ path }) => !path.endsWith('.test.ts'))).toEqual([])
  })

  it.each(links)('is shown by $text', ({ text, path }) => {
    // What it is called there: the id of a row, or words of a test's name.
    expect(readFileSync(join(docs, path), 'utf8')).toContain(text)
  })
})
