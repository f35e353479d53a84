import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
  .map((path) => readFileSync(join(root, 'examples', path), 'utf8'))

describe.each([
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...pages.map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  'bench/README.md',
])('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')

  it('links only to what is there', () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target)
    expect(targets.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([])
  })

  it('names only files that are there', () => {
    const named = [...text.matchAll(/`((?:test|bench|docs|examples|packages)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    )
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

it.each([
  'docs/databases.md',
  'docs/mcp-servers.md',
  'docs/retention.md',
  'docs/servers-and-proxies.md',
  'docs/transactions.md',
])('%s shows examples as they are in their files, which the compiler checks and a test runs', (page) => {
  const shown = [...readFileSync(join(root, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)]
  expect(shown.length).toBeGreaterThan(2)
  for (const [, code = ''] of shown) expect(examples).toContain(code)
})
