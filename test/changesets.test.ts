import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')
const packages = readdirSync(join(root, 'packages')).map(
  (folder): string => JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')).name,
)
const changesets = readdirSync(join(root, '.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md')

// Changesets refuses the whole release for one wrong name, and only when it is made.
it.each(changesets)('%s names packages of this repository, and says how much each changes', (file) => {
  const [, head = '', text = ''] = readFileSync(join(root, '.changeset', file), 'utf8').split(/^---$/m)
  const bumps: Record<string, unknown> = parse(head) ?? {}
  expect(Object.keys(bumps).filter((name) => !packages.includes(name))).toEqual([])
  expect(Object.values(bumps).filter((bump) => !['major', 'minor', 'patch'].includes(String(bump)))).toEqual([])
  if (Object.keys(bumps).length > 0) expect(text.trim()).not.toBe('')
})
