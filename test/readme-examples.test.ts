import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { testsEverything } from './support/everything.js'

const root = join(import.meta.dirname, '..')

/** The pages with examples, and the folder in which each example is compiled: its packages are found from there. */
const pages = [
  ['README.md', 'examples/first-steps'],
  ...readdirSync(join(root, 'packages')).map((name) => [`packages/${name}/README.md`, `packages/${name}`] as const),
] as const

/**
 * What an example leaves to its reader: names that it does not define, and what follows from their unknown types. Whatever else is
 * wrong is wrong with the example.
 */
const leftToReaders: ReadonlySet<number> = new Set([
  2304, // Cannot find name
  2552, // Cannot find name; did you mean another
  18004, // No value exists in scope for the shorthand property
  7006, // A parameter implicitly has an 'any' type
  7031, // The same, of a binding element
  6133, // Declared, but never read
])

/** The names that an example imports. */
const importsOf = (code: string): readonly string[] =>
  [...code.matchAll(/^import (?:type )?(\w+)?(?:, )?(?:\{([^}]*)\})? ?from/gm)].flatMap(([, one = '', names = '']) =>
    [one, ...names.split(',')].map((name) => name.replace('type ', '').trim()).filter((name) => name !== ''),
  )

/**
 * The examples of a page, each behind those that it builds on: they go back to the last one that makes a keyring, or imports a name
 * again, maybe from another package.
 */
function examplesOf(page: string): string[] {
  const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, code = '']) => code,
  )
  let first = -1
  return blocks.map((block, index) => {
    const before = first === -1 ? [] : blocks.slice(first, index).flatMap(importsOf)
    if (block.includes('createKeyring({') || importsOf(block).some((name) => before.includes(name))) first = index
    return blocks.slice(first === -1 ? index : first, index + 1).join('\n')
  })
}

it.runIf(testsEverything)(
  'every TypeScript example of a README compiles against the packages as they are',
  () => {
    const texts = new Map(
      pages.flatMap(([page, folder]) =>
        examplesOf(page).map(
          (code, index) => [join(root, folder, `readme-${index}.ts`), `${code}\nexport {}\n`] as const,
        ),
      ),
    )
    expect(texts.size).toBeGreaterThan(15)
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
    const host = ts.createCompilerHost(options)
    const { fileExists, readFile, getSourceFile } = host
    host.fileExists = (path) => texts.has(path) || fileExists(path)
    host.readFile = (path) => texts.get(path) ?? readFile(path)
    host.getSourceFile = (path, target, ...more) => {
      const text = texts.get(path)
      return text === undefined ? getSourceFile(path, target, ...more) : ts.createSourceFile(path, text, target, true)
    }
    const program = ts.createProgram([...texts.keys()], { ...options, noEmit: true, isolatedDeclarations: false }, host)
    const faults = [...texts.keys()].flatMap((path) => {
      const source = program.getSourceFile(path)
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
        .filter(({ code }) => !leftToReaders.has(code))
        .map(({ start = 0, code, messageText }) => {
          const line = texts.get(path)?.slice(0, start).split('\n').length ?? 0
          const shown = texts.get(path)?.split('\n')[line - 1]?.trim()
          return `${path.slice(root.length + 1)}: ${shown}: TS${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
        })
    })
    expect(faults).toEqual([])
  },
  300_000,
) // the compiler reads all packages: some seconds, and many on a busy machine
