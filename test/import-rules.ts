import { posix } from 'node:path'
import ts from 'typescript'
import core from '../packages/core/package.json' with { type: 'json' }

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

/**
 * The street of each package that has rooms, floor by floor from the left. A file imports from its own room, and from rooms on
 * floors to the left of its own. A file that stands in no room may stand at the top of `src` only where `top` says so.
 */
export const streets: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  [
    'core',
    [
      ['values'],
      ['errors'],
      ['check'],
      ['scope', 'crypto', 'ip', 'notices', 'budgets', 'bindings', 'policy', 'rotations'],
      ['child-token'],
      ['access', 'credential', 'limits', 'store'],
      ['outage', 'usage', 'memory', 'rows', 'webhooks', 'plans'],
      ['cache', 'delegates', 'rates', 'proof'],
      ['verdict'],
      ['input', 'verify'],
      ['delegation', 'requests'],
      ['manage', 'audit', 'reads', 'minting'],
      ['lifecycle', 'retention', 'sealing', 'due', 'spending'],
      ['leaks', 'handover'],
      ['keyring'],
      ['http'],
      ['adapter'],
      ['intake'],
      ['entries'],
    ],
  ],
  [
    'kysely',
    [['tables', 'transactions'], ['dialect'], ['drivers', 'migrations', 'replicas'], ['store'], ['webhooks', 'sqlite']],
  ],
  ['d1', [['sql'], ['driver'], ['migrations'], ['store']]],
  ['api', [['host', 'http', 'schema'], ['request'], ['operations']]],
  ['mcp', [['rpc', 'client-config'], ['caller'], ['server'], ['edge']]],
  ['webhooks', [['address', 'signature', 'memory'], ['delivery', 'catalog'], ['endpoints'], ['log', 'worker']]],
  ['cli', [['terminal'], ['arguments', 'imports', 'starters'], ['host'], ['commands']]],
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
  ['core', { imports: ['nanoid'], typesOf: [], node: true }],
  ['kysely', { imports: ['@keywright/core', 'kysely', 'libsql'], typesOf: [], node: false }],
  ['d1', { imports: ['@keywright/core'], typesOf: [], node: false }],
  ['express', { imports: ['@keywright/core'], typesOf: ['express'], node: true }],
  ['fastify', { imports: ['@keywright/core', 'fastify-plugin'], typesOf: ['fastify'], node: true }],
  ['hono', { imports: ['@keywright/core', 'hono'], typesOf: [], node: false }],
  ['dpop', { imports: ['@keywright/core', 'jose'], typesOf: [], node: true }],
  ['argon2', { imports: ['@keywright/core', '@node-rs/argon2'], typesOf: [], node: true }],
  [
    'api',
    { imports: ['@hono/zod-openapi', '@humanwhocodes/momoa', '@keywright/core', 'hono'], typesOf: [], node: true },
  ],
  // The page itself, as it was built.
  ['dashboard', { imports: ['@keywright/core', '#page'], typesOf: [], node: false }],
  ['redis', { imports: ['@keywright/core'], typesOf: [], node: false }],
  ['mcp', { imports: ['@keywright/core'], typesOf: [], node: true }],
  ['webhooks', { imports: ['@keywright/core', 'ipaddr.js', 'standardwebhooks', 'undici'], typesOf: [], node: true }],
  ['otel', { imports: ['@keywright/core', '@opentelemetry/api'], typesOf: [], node: false }],
  [
    'cli',
    {
      imports: ['@clack/prompts', '@keywright/core', 'csv-parse', 'fast-string-truncated-width', 'jiti'],
      // It loads these from the project that it is run in.
      typesOf: ['@keywright/kysely', '@keywright/mcp', 'kysely'],
      node: true,
    },
  ],
  ['testkit', { imports: ['@keywright/core', 'vitest'], typesOf: [], node: true }],
])

/** What of core may be imported: what it publishes. */
const doors = Object.keys(core.exports).map((subpath) => posix.join(core.name, subpath))

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

/** Every function of more than `most` lines, as `path:line: name, lines`. Functions inside it count as its own. */
export function findLongFunctions(files: readonly SourceFile[], most: number): string[] {
  return files.flatMap((file) => {
    const source = parse(file)
    const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1
    const long: string[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
        const first = lineOf(node.getStart(source))
        const lines = lineOf(node.end) - first + 1
        if (lines > most) long.push(`${file.path}:${first}: ${nameOf(node, source)}, ${lines} lines`)
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
    return long
  })
}

function nameOf(node: ts.SignatureDeclaration, source: ts.SourceFile): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined)
  return named?.getText(source) ?? 'a function without a name'
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
  if (!specifier.startsWith('.')) return outwardFault(rules, specifier, typeOnly || path.endsWith('.d.ts'))

  if (!/\.(js|json)$/.test(specifier)) return 'a relative import ends in .js'
  const home = `packages/${name}/${kind}/`
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith(home)) return `leaves ${home}`
  // What is built has no rooms any more.
  return kind === 'dist' ? null : roomFault(name, within, target.slice(home.length).split('/'))
}

function outwardFault(rules: PackageRules, specifier: string, typeOnly: boolean): string | null {
  if (specifier.startsWith('node:')) return rules.node ? null : 'may not import node:*'
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  if (name === core.name && rules.imports.includes(name) && !doors.includes(specifier)) return `is no door of ${name}`
  if (rules.imports.includes(name)) return null
  if (!rules.typesOf.includes(name)) return `may not import ${name}`
  return typeOnly ? null : `may only import the types of ${name}`
}

function roomFault(name: string, from: readonly string[], to: readonly string[]): string | null {
  const street = streets.get(name)
  if (street === undefined) return null
  const floorOf = (path: readonly string[]): number =>
    path.length === 1 ? -1 : street.findIndex((floor) => floor.includes(path[0] ?? ''))
  const [room, target] = [from[0] ?? '', to[0] ?? '']
  if (isTop(name, from)) return floorOf(to) === -1 && !isTop(name, to) ? 'stands in no room' : null
  if (floorOf(from) === -1) return 'stands in no room'
  if (from.length > 1 && room === target && to.length > 1) return null
  if (floorOf(to) !== -1 && floorOf(to) < floorOf(from)) return null
  return `${room} may not import ${to.length === 1 ? 'from outside the rooms' : target}`
}

/** Whether a file stands above the rooms: the door of a package that has one, and what wires its rooms. */
function isTop(name: string, path: readonly string[]): boolean {
  return name !== 'core' && path.length === 1
}

/** Every circle of files that import each other within one package, types included, each as one line. */
export function findCircles(files: readonly SourceFile[]): string[] {
  const targets = new Map(
    files.map((file) => [
      file.path,
      readArrows(file)
        .filter(({ specifier }) => specifier?.startsWith('.'))
        .map(({ specifier }) => posix.join(posix.dirname(file.path), specifier ?? '').replace(/\.js$/, '.ts')),
    ]),
  )
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path)
    if (start !== -1) circles.push([...way.slice(start), path].join(' → '))
    if (start !== -1 || done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  return circles
}

function isImportCall({ expression }: ts.CallExpression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  )
}

function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}
