import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SourceFile } from './import-rules.js'
import {
  byDesign,
  findBadRows,
  findIds,
  findMissingRows,
  findMissingTests,
  findUsedIds,
  readPage,
  readTestNames,
} from './requirement-rules.js'

const root = join(import.meta.dirname, '..')
const page = 'docs/requirements.md'
/** These have wrong ids on purpose. */
const own = ['test/requirements.test.ts', 'test/requirement-rules.ts']

/** The paths of the files in a folder and below it, without what was installed or built. */
function list(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (/^(node_modules|dist|build|coverage)$/.test(entry.name)) return []
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? list(path) : [path]
  })
}

const read = (path: string): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') })
const open = (path: string): string | null => (existsSync(join(root, path)) ? read(path).text : null)
const inRoot = readdirSync(root).filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
const paths = [...inRoot, ...['packages', 'test', 'docs', 'examples', 'bench'].flatMap(list)].filter(
  (path) =>
    /\.([cm]?[jt]s|md)$/.test(path) && basename(path) !== 'CHANGELOG.md' && path !== page && !own.includes(path),
)
const files = paths.map(read)
const { rows, faults } = readPage(read(page).text)

describe(page, () => {
  it('has a row for each id that is used anywhere', () => {
    expect(files.length).toBeGreaterThan(300)
    expect(findMissingRows(rows, files)).toEqual([])
  })

  it('says in each row what must hold and what holds it, once, in order', () => {
    expect(faults).toEqual([])
    expect(rows.length).toBeGreaterThan(150)
    expect(findBadRows(rows)).toEqual([])
  })

  it('names only tests and files that are there', () => {
    const missing = findMissingTests(rows, open)
    // A file that was moved keeps its name and its package: the message then says where it is now.
    const hints = missing.map((fault) => {
      const gone = /there is no (\S+)$/.exec(fault)?.[1] ?? ''
      const home = gone.split('/', 2).join('/')
      const moved = paths.find((path) => basename(path) === basename(gone) && path.startsWith(`${home}/`))
      return moved === undefined ? fault : `${fault}, but there is ${moved}`
    })
    expect(hints).toEqual([])
  })
})

describe('the checks themselves', () => {
  it.each<[string, string[]]>([
    ['(SCOPE-14, FI-25)', ['SCOPE-14', 'FI-25']],
    ['LIM-2, T33: of 50 creations', ['LIM-2', 'T33']],
    ['T4, on the REST API', ['T4']],
    ['(C16–C18, C29) and S1-S3', ['C16', 'C17', 'C18', 'C29', 'S1', 'S2', 'S3']],
    ['K10 is not K1', ['K10', 'K1']],
    ['HTTP-1 to HTTP-8', ['HTTP-1', 'HTTP-8']],
  ])('read the ids of %j', (text, ids) => {
    expect(findIds(text)).toEqual(ids)
  })

  it.each([
    'RFC-9457, SHA-256, UTF-8, ES-2022, ISO-8601, CRC-32, AES-256, CVE-2025-61928',
    'HTTP-1.1, HTTP/2, X-HTTP-1, FI-025, FI-25x, fi-25, SCOPE-14-b',
    'a1B2c3D4, [a-zA-Z0-9], %F0%9F, calc!A0, ;;@A1, $k=P1$, {K2}, X11, Z0-9, A0',
    'Cloudflare D1',
  ])('find no id in %j', (text) => {
    expect(findIds(text)).toEqual([])
  })

  it('tell an id from a variable of the same name', () => {
    const text = "const K2 = 'a'\ntype T9 = typeof K2\n// K3\nit('K4: b', () => [K2, 'c'])"
    expect(findUsedIds({ path: 'a.ts', text })).toEqual(['K3', 'K4'])
    expect(findUsedIds({ path: 'a.md', text })).toContain('K2')
  })

  const table = (...lines: string[]) => ['# Page', '', '| Id | What | Tests |', '|---|---|---|', ...lines].join('\n')
  const row = (id: string, sentence = 'Keys are what they are.', held = '`a.test.ts` › b') =>
    `| ${id} | ${sentence} | ${held} |`
  const rowsOf = (...lines: string[]) => readPage(table(...lines)).rows

  it('read a row', () => {
    expect(readPage(table(row('H1–H89', 'One two three four.', '`a.ts` › b c; `d.ts` › H2')))).toEqual({
      faults: [],
      rows: [
        {
          line: 5,
          id: 'H1–H89',
          sentence: 'One two three four.',
          tests: [
            { path: 'a.ts', part: 'b c' },
            { path: 'd.ts', part: 'H2' },
          ],
          places: [],
        },
      ],
    })
  })

  it('find an id without a row', () => {
    const used: SourceFile[] = [
      { path: 'src/a.ts', text: '// Never passed on (FI-3, FI-2).' },
      { path: 'b.md', text: 'H7 and H9' },
    ]
    expect(findMissingRows(rowsOf(row('FI-2'), row('H1–H8')), used)).toEqual([
      'src/a.ts: FI-3 has no row',
      'b.md: H9 has no row',
    ])
  })

  it.each([
    ['an unknown family', row('RFC-9457'), "'RFC-9457' is no row"],
    ['a cell too many', `${row('K1')} x |`, "'K1' is no row"],
    ['text for an id', row('K1 and K2'), "'K1 and K2' is no row"],
    ['a test that is not written as one', row('K1', undefined, 'a.test.ts: b'), "part of the test's name"],
    ['a file for a test', row('K1', undefined, '`a.ts`'), `stands under '${byDesign}'`],
  ])('refuse %s', (_, line, fault) => {
    expect(readPage(table(line)).faults).toEqual([expect.stringContaining(fault)])
  })

  it('take a file for a test only under its heading, and no test there', () => {
    const under = (held: string) => readPage(`## ${byDesign}\n\n${table(row('K1', undefined, held))}`)
    expect(under('`a.ts`')).toMatchObject({ faults: [], rows: [{ places: ['a.ts'], tests: [] }] })
    expect(under('`a.ts` › b').faults).toHaveLength(1)
  })

  it.each([
    ['no sentence', [row('K1', '')], 'one sentence'],
    ['two sentences', [row('K1', 'Keys are keys. They are what they are.')], 'one sentence'],
    ['a sentence without an end', [row('K1', 'Keys are what they are')], 'one sentence'],
    ['no test', [row('K1', undefined, '')], 'names a test'],
    ['an id twice', [row('K1'), '', row('K1')], 'K1 has a row already, at line 5'],
    ['an id within a range', [row('H1–H3'), '', row('H2')], 'H2 has a row already, at line 5'],
    ['rows out of order', [row('K10'), row('K9')], 'stands before K10'],
  ])('find %s', (_, lines, fault) => {
    expect(findBadRows(rowsOf(...lines))).toEqual([expect.stringContaining(fault)])
  })

  it('find nothing in rows that are well', () => {
    expect(findBadRows(rowsOf(row('K2'), row('K10'), row('SCOPE-1'), row('SCOPE-12')))).toEqual([])
  })

  it('find a test that was renamed, and a file that was moved', () => {
    const text = `describe('a key (FI-25)', () => { it.each([['x', 1]])('%s is refused (FI-20)', () => {}) })`
    const namedBy = (held: string) =>
      findMissingTests(rowsOf(row('K1', undefined, held)), (path) => (path === 'a.test.ts' ? text : null))
    expect(namedBy('`a.test.ts` › FI-25; `a.test.ts` › is refused; `a.test.ts` › x')).toEqual([])
    expect(namedBy('`a.test.ts` › is let in')).toEqual([`line 5: K1: no test of a.test.ts has 'is let in' in its name`])
    expect(namedBy('`a.test.ts` › FI-2')).toHaveLength(1)
    expect(namedBy('`b.test.ts` › FI-25')).toEqual(['line 5: K1: there is no b.test.ts'])
  })

  it('find a file that holds a promise and is gone', () => {
    const { rows } = readPage(`## ${byDesign}\n\n${table(row('K1', undefined, '`a.ts`'))}`)
    expect(findMissingTests(rows, () => '')).toEqual([])
    expect(findMissingTests(rows, () => null)).toEqual(['line 7: K1: there is no a.ts'])
  })

  it('read the names of tests, and nothing else for one', () => {
    const text = [
      `const rows: Row[] = [['of a table', 1]]`,
      `const other = 'no name'`,
      `it.each(rows)('%s', () => expect('nor this').toBe(1))`,
      `describe.each(x)(\`with \${other}\`, () => { // nor (FI-1)`,
      `  it.skipIf(isDown)('is there', () => check('it', other)) })`,
    ].join('\n')
    expect(readTestNames({ path: 'a.test.ts', text })).toEqual(['%s', 'of a table', `with \${other}`, 'is there'])
  })
})
