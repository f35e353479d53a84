import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const home = 'https://github.com/keywright/keywright'
const files = 'https://raw.githubusercontent.com/keywright/keywright/main/'
/** Without the API reference, which is written by a program and checked when the site is built. */
const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.md') && !/node_modules|^(api-reference|\.vitepress)\//.test(path),
)
const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
  .map((path) => readFileSync(join(root, 'examples', path), 'utf8'))

/** The TypeScript that a page shows. */
const shownOn = (page: string): string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)

/** Where the links of a page lead. */
const linksOf = (text: string): string[] => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

/** The names by which GitHub's pages show the headings of a text. */
const headingsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Whether a link into this repository, by its address or from a page's folder, leads to a file, a folder or a heading. */
function leadsSomewhere(link: string, folder: string): boolean {
  if ([`${home}#readme`, `${home}/issues`].includes(link)) return true
  const [, kind, path = '', heading] =
    /^(?:https:\/\/github\.com\/keywright\/keywright\/(blob|tree)\/main\/)?([^#]*)(?:#(.*))?$/.exec(
      link.replace(files, `${home}/blob/main/`),
    ) ?? []
  const there = join(root, kind === undefined ? folder : '', path)
  if (path === '' || path.startsWith('https:') || !existsSync(there)) return false
  const isFolder = statSync(there).isDirectory()
  if (kind !== undefined && isFolder !== (kind === 'tree')) return false
  return heading === undefined || (!isFolder && headingsOf(readFileSync(there, 'utf8')).includes(heading))
}

describe.each([
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...pages.map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  'bench/README.md',
  'examples/README.md',
])('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')

  it('links only to what is there', () => {
    const ours = linksOf(text).filter(
      (link) => !/^https?:/.test(link) || link.startsWith(home) || link.startsWith(files),
    )
    expect(
      ours.filter((link) => !leadsSomewhere(link.startsWith('#') ? `${basename(page)}${link}` : link, dirname(page))),
    ).toEqual([])
  })

  it('names only files that are there', () => {
    const named = [...text.matchAll(/`((?:test|bench|docs|examples|packages)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    )
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

// npm shows them without the repository around them.
it.each(readdirSync(join(root, 'packages')))('the README of %s links by whole addresses', (name) => {
  const links = linksOf(readFileSync(join(root, `packages/${name}/README.md`), 'utf8'))
  expect(links).toContain(`${home}#readme`)
  expect(links.filter((link) => !/^(https:\/\/|#)/.test(link))).toEqual([])
})

it.each([
  'docs/databases.md',
  'docs/mcp-servers.md',
  'docs/retention.md',
  'docs/servers-and-proxies.md',
  'docs/transactions.md',
])('%s shows examples as they are in their files, which the compiler checks and a test runs', (page) => {
  const shown = shownOn(page)
  expect(shown.length).toBeGreaterThan(2)
  for (const code of shown) expect(examples).toContain(code)
})

const explained = pages.filter((path) => /^(concepts|guides)\//.test(path)).map((path) => `docs/${path}`)

it.each(explained)('%s shows no other TypeScript than that of examples', (page) => {
  for (const code of shownOn(page)) expect(examples).toContain(code)
})

it('each file of examples/docs is on a page', () => {
  const shown = explained.flatMap(shownOn)
  const files = readdirSync(join(root, 'examples/docs')).filter((name) => name.endsWith('.ts'))
  const hidden = files.filter((name) => !shown.includes(readFileSync(join(root, 'examples/docs', name), 'utf8')))
  expect(hidden).toEqual([])
})
