import ts from 'typescript'
import type { SourceFile } from './import-rules.js'

/** A row of the page of requirements. */
export interface Requirement {
  readonly line: number
  /** As written: `SCOPE-14`, or `H1–H89` for the rows of a table of vectors. */
  readonly id: string
  readonly sentence: string
  /** A file, and a part of the name of a test in it. */
  readonly tests: readonly { readonly path: string; readonly part: string }[]
  /** Files that hold it without a test. */
  readonly places: readonly string[]
}

/** What the page says, row by row, and what it says in a form that nobody can read. */
export interface RequirementPage {
  readonly rows: readonly Requirement[]
  readonly faults: readonly string[]
}

/** Families whose ids have a hyphen, as `SCOPE-14`. What is not listed is no id: `SHA-256`, `UTF-8`, `RFC-9457`. */
const families = 'ADP|AUD|CONS|ENC|FI|HASH|HOOK|HTTP|LIM|MCP|MGMT|OPT|RATE|REP|ROT|SCOPE|TEST|TOK|UI|USE'

/** Families of one letter, as `K4`: rows of products (A, B, K, L, O, T), rows of vectors (C, H, S), decisions (D), invariants (I). */
const letters = 'ABCDHIKLOST'

/** Cloudflare's database. */
const notIds: ReadonlySet<string> = new Set(['D1'])

/** The heading of rows that no test holds. */
export const byDesign = 'Held by design, without a test of its own'

// `HTTP-1.1` and `SCOPE-14x` are no ids, nor is what a longer word, a path or a placeholder ends in: `X-HTTP-1`, `%F0`, `$k=P1`.
const hyphenated = new RegExp(`(?<![\\w.-])(?:${families})-[1-9]\\d{0,2}(?![\\w-]|\\.\\d)`, 'g')
const lettered = new RegExp(
  `(?<![\\w.$@%!&#=/\\\\{-])([${letters}])([1-9]\\d{0,2})(?:[–-]\\1([1-9]\\d{0,2}))?(?![\\w}-]|\\.\\d)`,
  'g',
)

/** The ids in a text, in the order of their places. A range of letters, `C16–C18`, is each of its ids. */
export function findIds(text: string): string[] {
  const found: { readonly at: number; readonly id: string }[] = []
  for (const match of text.matchAll(hyphenated)) found.push({ at: match.index, id: match[0] })
  for (const match of text.matchAll(lettered)) {
    const [, letter = '', first = '', last = first] = match
    for (let n = Number(first); n <= Number(last); n += 1) found.push({ at: match.index, id: `${letter}${n}` })
  }
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ id }) => id)
    .filter((id) => !notIds.has(id))
}

/** The ids that a file uses, each once. In code, the names of variables and types are not read: `K2` may be one. */
export function findUsedIds(file: SourceFile): string[] {
  const ids = findIds(file.text)
  if (!/\.[cm]?[jt]s$/.test(file.path) || ids.every((id) => id.includes('-'))) return [...new Set(ids)]
  return [...new Set(findIds(withoutIdentifiers(file)))]
}

/** Reads the tables of the page. */
export function readPage(text: string): RequirementPage {
  const rows: Requirement[] = []
  const faults: string[] = []
  let isByDesign = false
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1
    if (content.startsWith('## ')) isByDesign = content === `## ${byDesign}`
    if (!content.startsWith('|') || /^\|(-+\||\s*Id\s*\|)/.test(content)) continue
    const cells = content
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    const [id = '', sentence = '', held = ''] = cells
    if (cells.length !== 3 || findIds(id).length === 0 || !/^[A-Z]+-?\d+(–[A-Z]\d+)?$/.test(id)) {
      faults.push(`line ${line}: '${id}' is no row of an id, a sentence and tests`)
      continue
    }
    const pieces = held === '' ? [] : held.split('; ').map((piece) => /^`([^`]+)`(?: › (.+))?$/.exec(piece))
    if (pieces.includes(null)) faults.push(`line ${line}: ${id}: write \`path\` › part of the test's name; …`)
    const read = pieces.flatMap((piece) => (piece === null ? [] : [{ path: piece[1] ?? '', part: piece[2] ?? '' }]))
    const tests = read.filter(({ part }) => part !== '')
    const places = read.filter(({ part }) => part === '').map(({ path }) => path)
    if (isByDesign ? tests.length > 0 : places.length > 0) {
      faults.push(`line ${line}: ${id}: a file without a test's name stands under '${byDesign}', and nothing else does`)
    }
    rows.push({ line, id, sentence, tests, places })
  }
  return { rows, faults }
}

/** What is wrong with the rows alone: no sentence, nothing that holds them, an id twice, out of order. */
export function findBadRows(rows: readonly Requirement[]): string[] {
  const seen = new Map<string, number>()
  return rows.flatMap(({ line, id, sentence, tests, places }, index) => {
    const faults: string[] = []
    if (!/^\S+( \S+){3,}\.$/.test(sentence) || /[.!?] /.test(sentence))
      faults.push('says in one sentence what must hold')
    if (tests.length + places.length === 0) faults.push(`names a test, or stands under '${byDesign}' with a file`)
    for (const one of findIds(id)) {
      const before = seen.get(one)
      if (before !== undefined) faults.push(`${one} has a row already, at line ${before}`)
      seen.set(one, line)
    }
    // Rows that follow each other are of one table; an empty line, or a heading, begins another.
    const previous = rows[index - 1]
    if (previous?.line === line - 1 && order(previous.id, id) >= 0) faults.push(`stands before ${previous.id}`)
    return faults.map((fault) => `line ${line}: ${id}: ${fault}`)
  })
}

/** Every id of `files` without a row. */
export function findMissingRows(rows: readonly Requirement[], files: readonly SourceFile[]): string[] {
  const known = new Set(rows.flatMap(({ id }) => findIds(id)))
  const isUnknown = (id: string): boolean => !known.has(id)
  return files.flatMap((file) => {
    // Parsing code takes time, and few files have something to find.
    if (!findIds(file.text).some(isUnknown)) return []
    return findUsedIds(file)
      .filter(isUnknown)
      .map((id) => `${file.path}: ${id} has no row`)
  })
}

/** Every test that a row names and that is not there. `open` gives a file's text, or `null` where there is no such file. */
export function findMissingTests(rows: readonly Requirement[], open: (path: string) => string | null): string[] {
  const names = new Map<string, readonly string[] | null>()
  const namesIn = (path: string): readonly string[] | null => {
    const known = names.get(path)
    if (known !== undefined) return known
    const text = open(path)
    const read = text === null ? null : readTestNames({ path, text })
    names.set(path, read)
    return read
  }
  return rows.flatMap(({ line, id, tests, places }) => [
    ...places.filter((path) => open(path) === null).map((path) => `line ${line}: ${id}: there is no ${path}`),
    ...tests.flatMap(({ path, part }) => {
      const found = namesIn(path)
      if (found === null) return [`line ${line}: ${id}: there is no ${path}`]
      const isThere = found.some((name) => (isId(part) ? findIds(name).includes(part) : name.includes(part)))
      return isThere ? [] : [`line ${line}: ${id}: no test of ${path} has '${part}' in its name`]
    }),
  ])
}

/** The names of tests and groups of tests, as written: with `%s` and `${…}`, and the texts of the rows that go into them. */
export function readTestNames(file: SourceFile): string[] {
  const source = parse(file)
  const tables = new Map<string, ts.Expression>()
  const names: string[] = []
  const addTexts = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) names.push(node.text)
    else if (ts.isTemplateExpression(node)) names.push(node.getText(source).slice(1, -1))
    else ts.forEachChild(node, addTexts)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      tables.set(node.name.text, node.initializer)
    }
    const root = ts.isCallExpression(node) ? rootOf(node.expression) : ''
    if (ts.isCallExpression(node) && /^(it|test|describe)$/.test(root)) {
      const [first] = node.arguments
      const rows = first !== undefined && ts.isIdentifier(first) ? tables.get(first.text) : first
      const isTable = ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'each'
      if (rows !== undefined && (isTable || isText(rows))) addTexts(rows)
      // What a test does has no names in it, and is most of the file.
      if (root !== 'describe') {
        visit(node.expression)
        return
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

function isId(text: string): boolean {
  const [id, ...others] = findIds(text)
  return id === text && others.length === 0
}

/** Below 0 where `a` comes first: the family by letters, then the number by its value. */
function order(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

/** The code without its identifiers: comments, texts and signs are left where they are. */
function withoutIdentifiers(file: SourceFile): string {
  const source = parse(file)
  const kept: string[] = []
  let at = 0
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      kept.push(file.text.slice(at, node.getStart(source)))
      at = node.end
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...kept, file.text.slice(at)].join('')
}

/** `it` for `it`, `it.each`, `it.each(rows)` and `it.skipIf(x)`. */
function rootOf(expression: ts.Expression): string {
  if (ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression)) return rootOf(expression.expression)
  if (ts.isTaggedTemplateExpression(expression)) return rootOf(expression.tag)
  return ts.isIdentifier(expression) ? expression.text : ''
}

function isText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
}

function parse({ path, text }: SourceFile): ts.SourceFile {
  const jsDocParsingMode = ts.JSDocParsingMode.ParseNone
  return ts.createSourceFile(path, text, { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode })
}
