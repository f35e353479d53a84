import { posix } from 'node:path'
import ts from 'typescript'

/** A file of the repository: its path from the root, with forward slashes, and what it says. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** A file naming another module: from `path`, at `line`, to `specifier`. */
export interface Arrow {
  readonly path: string
  readonly line: number
  /** `null`: computed at run time, so that nobody can tell where it points. */
  readonly specifier: string | null
  /** Gone once compiled: `import type` and `export type`. */
  readonly typeOnly: boolean
}

/** The rooms of core, and the rooms that each may import besides itself. Left to right: nothing points back. */
const rooms: ReadonlyMap<string, readonly string[]> = new Map([
  ['values', []],
  ['errors', ['values']],
  ['scope', ['values', 'errors']],
  ['access', ['values', 'errors', 'scope']],
  ['crypto', ['values', 'errors', 'scope']],
  ['limits', ['values', 'errors', 'scope']],
  ['store', ['values', 'errors', 'scope', 'crypto', 'limits']],
  ['service', ['values', 'errors', 'scope', 'access', 'crypto', 'limits', 'store']],
  ['http', ['values', 'errors', 'scope', 'access', 'crypto', 'limits', 'store', 'service']],
])

interface PackageRules {
  /** Packages that it may import, subpaths included. */
  readonly imports: readonly string[]
  /** Packages that it may import the types of, and no more. */
  readonly typesOf: readonly string[]
  /** Whether it may import `node:*`. */
  readonly node: boolean
}

/** What the source of each package may import from outside. A package that is not listed may not exist. */
const packages: ReadonlyMap<string, PackageRules> = new Map([
  ['core', { imports: ['ipaddr.js', 'nanoid', 'rate-limiter-flexible'], typesOf: [], node: true }],
  ['kysely', { imports: ['@keywright/core', 'kysely'], typesOf: [], node: false }],
  ['express', { imports: ['@keywright/core'], typesOf: ['express'], node: true }],
  ['fastify', { imports: ['@keywright/core', 'fastify-plugin'], typesOf: ['fastify'], node: true }],
  ['hono', { imports: ['@keywright/core', 'hono'], typesOf: [], node: false }],
  ['argon2', { imports: ['@keywright/core', '@node-rs/argon2'], typesOf: [], node: true }],
  [
    'api',
    { imports: ['@hono/zod-openapi', '@humanwhocodes/momoa', '@keywright/core', 'hono'], typesOf: [], node: true },
  ],
  ['redis', { imports: ['@keywright/core'], typesOf: [], node: false }],
  ['mcp', { imports: ['@keywright/core'], typesOf: [], node: true }],
  ['testkit', { imports: ['@keywright/core', 'vitest'], typesOf: [], node: true }],
])

/** Every module that `file` names: imports, re-exports, `import()`, `require()`, and types by `import('…')`. */
export function readArrows(file: SourceFile): Arrow[] {
  const source = parse(file)
  const arrows: Arrow[] = []
  const add = (node: ts.Node, target: ts.Node | undefined, typeOnly: boolean): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    const specifier = target !== undefined && ts.isStringLiteralLike(target) ? target.text : null
    arrows.push({ path: file.path, line, specifier, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, node.moduleSpecifier, node.isTypeOnly)
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node, node.moduleReference.expression, node.isTypeOnly)
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    } else if (ts.isCallExpression(node) && isImportCall(node)) {
      add(node, node.arguments[0], false)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return arrows
}

/** Every arrow of `packages/<name>/src` or `/dist` that points where it may not, each as one line that says why. */
export function findBackwardArrows(files: readonly SourceFile[]): string[] {
  return files.flatMap(readArrows).flatMap((arrow) => {
    const fault = faultOf(arrow)
    return fault === null ? [] : [`${arrow.path}:${arrow.line} → ${arrow.specifier ?? 'import(…)'}: ${fault}`]
  })
}

/** Every `index.ts` that does more than list names. */
export function findBusyIndexes(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => /(^|[/-])index\.[jt]s$/.test(file.path))
    .flatMap((file) => {
      const source = parse(file)
      return source.statements
        .filter((statement) => !ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined)
        .map((statement) => {
          const line = source.getLineAndCharacterOfPosition(statement.getStart(source)).line + 1
          return `${file.path}:${line}: an index only lists names (export … from)`
        })
    })
}

/** Every path with a part that is not kebab-case, or that names no idea. */
export function findBadNames(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    // `parse-scope.test.ts`: the name is what stands before the first dot.
    const parts = path.split('/').map((part) => part.split('.')[0] ?? '')
    const odd = parts.find((part) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part))
    if (odd !== undefined) return [`${path}: '${odd}' is not kebab-case`]
    const vague = parts.find((part) => part.split('-').some((word) => /^(utils?|helpers?|misc|common)$/.test(word)))
    return vague === undefined ? [] : [`${path}: '${vague}' names no idea`]
  })
}

function faultOf({ path, specifier, typeOnly }: Arrow): string | null {
  const [folder, name = '', kind = '', ...within] = path.split('/')
  const rules = packages.get(name)
  if (folder !== 'packages' || rules === undefined) return `no rules for ${folder}/${name}`
  if (specifier === null) return 'a computed import'
  if (!specifier.startsWith('.')) return outwardFault(rules, specifier, typeOnly)

  if (!/\.(js|json)$/.test(specifier)) return 'a relative import ends in .js'
  const home = `packages/${name}/${kind}/`
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith(home)) return `leaves ${home}`
  return name === 'core' ? roomFault(within, target.slice(home.length).split('/')) : null
}

function outwardFault(rules: PackageRules, specifier: string, typeOnly: boolean): string | null {
  if (specifier.startsWith('node:')) return rules.node ? null : 'may not import node:*'
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  if (rules.imports.includes(name)) return null
  if (!rules.typesOf.includes(name)) return `may not import ${name}`
  return typeOnly ? null : `may only import the types of ${name}`
}

function roomFault(from: readonly string[], to: readonly string[]): string | null {
  // The list of everything at the top of core looks into any room; no room looks back at it.
  const [room] = from
  const [target = ''] = to
  if (from.length === 1 && /^index\.[jt]s$/.test(room ?? '')) return rooms.has(target) ? null : 'stands in no room'
  const allowed = rooms.get(room ?? '')
  if (from.length === 1 || allowed === undefined) return 'stands in no room'
  if (room === target || allowed.includes(target)) return null
  return `${room} may not import ${to.length === 1 ? 'from outside the rooms' : target}`
}

function isImportCall({ expression }: ts.CallExpression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  )
}

function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
}
