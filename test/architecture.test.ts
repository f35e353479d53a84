import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  findBackwardArrows,
  findBadNames,
  findBusyIndexes,
  findCircles,
  findLongFunctions,
  readArrows,
  type SourceFile,
  streets,
} from './import-rules.js'

const root = join(import.meta.dirname, '..')
const names = readdirSync(join(root, 'packages'))

/** The paths of all files below `folder` whose name ends in one of `endings`, from the root of the repository. */
function list(folder: string, endings: readonly string[]): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.split(sep).join('/')}`)
    .filter((path) => endings.some((ending) => path.endsWith(ending)) && !path.includes('/node_modules/'))
    .sort()
}

const read = (path: string): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') })
const source = names.flatMap((name) => list(`packages/${name}/src`, ['.ts'])).map(read)

describe('src', () => {
  it('is read: every package, and more than a handful of arrows', () => {
    for (const name of names) expect(list(`packages/${name}/src`, ['.ts']).length).toBeGreaterThan(0)
    expect(source.length).toBeGreaterThan(60)
    expect(source.flatMap(readArrows).length).toBeGreaterThan(150)
  })

  it('has no arrow that runs backwards', () => {
    expect(findBackwardArrows(source)).toEqual([])
  })

  it('has no circle of files, in any package', () => {
    expect(findCircles(source)).toEqual([])
  })

  it('has no function over 80 lines, but for migrations and the testkit', () => {
    const measured = source.filter(
      ({ path }) => !path.startsWith('packages/testkit/') && !path.includes('/migrations/'),
    )
    expect(findLongFunctions(measured, 80)).toEqual([])
  })

  it('has no room of core over 1300 lines', () => {
    const linesOf = (room: string): number =>
      source
        .filter(({ path }) => path.startsWith(`packages/core/src/${room}/`))
        .reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0)
    const rooms = streets.get('core')?.flat() ?? []
    expect(rooms.map((room) => [room, linesOf(room)] as const).filter(([, lines]) => lines > 1_300)).toEqual([])
    expect(rooms.every((room) => linesOf(room) > 0)).toBe(true)
  })

  it('has index files that only list names', () => {
    expect(findBusyIndexes(source)).toEqual([])
  })

  it('imports only what the package declares, and leaves development dependencies to the tests', () => {
    for (const name of names) {
      const manifest = JSON.parse(readFileSync(join(root, `packages/${name}/package.json`), 'utf8'))
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      const undeclared = source
        .filter(({ path }) => path.startsWith(`packages/${name}/`))
        .flatMap(readArrows)
        .filter(({ specifier }) => specifier !== null && !/^(\.|node:|#)/.test(specifier))
        .filter(({ specifier }) => !declared.some((one) => specifier === one || specifier?.startsWith(`${one}/`)))
      expect(undeclared).toEqual([])
    }
  })
})

describe('names', () => {
  it('are kebab-case, and each names an idea', () => {
    const folders = [...names.flatMap((name) => [`packages/${name}/src`, `packages/${name}/test`]), 'test']
    const paths = folders.flatMap((folder) => list(folder, ['.ts', '.mjs', '.json']))
    expect(paths.length).toBeGreaterThan(source.length)
    expect(findBadNames(paths)).toEqual([])
  })
})

// Only after a build: what a stale or missing `dist` says about `src` is of no interest to a test run.
if (process.env.KEYWRIGHT_CHECK_DIST === '1') {
  /** How many files entries may share. */
  const mostShared: Readonly<Record<string, number>> = { core: 2, kysely: 1, cli: 1, testkit: 1 }

  describe.each(names)('dist of %s', (name) => {
    const manifest = JSON.parse(readFileSync(join(root, `packages/${name}/package.json`), 'utf8'))
    const code = list(`packages/${name}/dist`, ['.js']).map(read)
    const types = list(`packages/${name}/dist`, ['.d.ts']).map(read)

    it('is a file for each entry, and no more for what entries share than two of core and one each of kysely, cli and testkit', () => {
      const doors = Object.values<{ default?: string }>(manifest.exports).flatMap((target) => target.default ?? [])
      const entries = [...doors, ...Object.values<string>(manifest.bin ?? {})]
      const files = code.map(({ path }) => path.replace(`packages/${name}`, '.'))
      const shared = files.filter((file) => !entries.includes(file))
      expect(shared.length).toBeLessThanOrEqual(mostShared[name] ?? 0)
      expect(shared.filter((file) => !/^\.\/dist\/chunk-\w+\.js$/.test(file))).toEqual([])
      expect(files).toEqual(expect.arrayContaining(entries))
    })

    it('imports what src may import, and nothing in it is bundled from elsewhere', () => {
      expect(findBackwardArrows([...code, ...types])).toEqual([])
      expect([...code, ...types].flatMap(readArrows).length).toBeGreaterThan(0)
      // esbuild heads what it copies in from other packages, and wraps what is CommonJS.
      for (const { text } of code) expect(text).not.toMatch(/node_modules\/|__commonJS|__require/)
    })

    it('holds each class once', () => {
      const classes = code.flatMap(({ text }) =>
        [...text.matchAll(/^(?:var|let|const) (\w+) = class\b/gm)].map(([, one]) => one),
      )
      expect(classes.filter((one, index) => classes.indexOf(one) !== index)).toEqual([])
      if (name === 'core') expect(classes).toContain('KeyError')
    })
  })

  describe('dist of core', () => {
    /** What the file of an entry imports of others, by itself and through the files of its package. */
    function outside(path: string): string[] {
      return readArrows(read(path)).flatMap(({ specifier }) => {
        if (specifier?.startsWith('./') !== true) return [String(specifier)]
        return outside(`packages/core/dist/${specifier.slice(2)}`)
      })
    }

    it('needs nothing of Node for the algebra of scopes, which browsers use, too', () => {
      expect(outside('packages/core/dist/scope.js')).toEqual([])
      expect(outside('packages/core/dist/index.js')).toContain('node:crypto')
    })
  })
}

describe('the checks themselves', () => {
  const arrow = (path: string, text: string): string[] => findBackwardArrows([{ path: `packages/${path}`, text }])

  it.each([
    ['core/src/values/key.ts', `import '../errors/index.js'`, 'values may not import errors'],
    ['core/src/errors/a.ts', `import type { A } from '../scope/index.js'`, 'errors may not import scope'],
    ['core/src/scope/a.ts', `export { a } from '../access/index.js'`, 'scope may not import access'],
    ['core/src/scope/a.ts', `export { a } from '../crypto/index.js'`, 'scope may not import crypto'],
    ['core/src/access/a.ts', `export type * from '../limits/index.js'`, 'access may not import limits'],
    ['core/src/crypto/a.ts', `import * as a from '../store/index.js'`, 'crypto may not import store'],
    ['core/src/limits/a.ts', `const a = await import('../store/a.js')`, 'limits may not import store'],
    ['core/src/store/a.ts', `let a: import('../access/a.js').A`, 'store may not import access'],
    ['core/src/verify/a.ts', `import { a } from "../manage/a.js"`, 'verify may not import manage'],
    ['core/src/manage/a.ts', `import { a } from "../audit/a.js"`, 'manage may not import audit'],
    ['core/src/keyring/a.ts', `import { a } from "../http/gate.js"`, 'keyring may not import http'],
    ['core/src/http/a.ts', `import '../index.js'`, 'http may not import from outside the rooms'],
    ['core/src/http/a.ts', `import '../new-room/a.js'`, 'http may not import new-room'],
    ['core/src/stray.ts', `import './values/index.js'`, 'stands in no room'],
    ['core/src/scope/a.ts', `import '../../test/a.js'`, 'leaves packages/core/src/'],
    ['core/src/scope/a.ts', `import '../errors/index.ts'`, 'ends in .js'],
    ['core/src/scope/a.ts', `import 'kysely'`, 'may not import kysely'],
    ['core/src/scope/a.ts', `import '@keywright/core/scope'`, 'may not import @keywright/core'],
    ['core/src/scope/a.ts', `import(name)`, 'a computed import'],
    ['core/src/scope/a.ts', `import a = require('fs')`, 'may not import fs'],
    ['core/src/scope/a.ts', `const a = require('left-pad')`, 'may not import left-pad'],
    ['core/dist/chunk-A.js', `import{a}from"left-pad"`, 'may not import left-pad'],
    ['hono/dist/index.js', `import{a}from"@keywright/core/src/http/gate.js"`, 'no door of @keywright/core'],
    ['hono/src/a.ts', `import '@keywright/core/dist/core.js'`, 'no door of @keywright/core'],
    ['kysely/src/a.ts', `import 'kysely/helpers/sqlite'; import '@keywright/express'`, 'import @keywright/express'],
    ['kysely/src/a.ts', `import 'node:fs'`, 'may not import node:*'],
    ['express/src/a.ts', `import '@keywright/kysely'`, 'may not import @keywright/kysely'],
    ['express/src/a.ts', `import '../../core/src/index.js'`, 'leaves packages/express/src/'],
    ['express/src/a.ts', `import { type Request } from 'express'`, 'may only import the types of express'],
    ['testkit/src/a.ts', `import '@keywright/corelike'`, 'may not import @keywright/corelike'],
    ['newcomer/src/a.ts', `import './b.js'`, 'no rules for packages/newcomer'],
  ])('%s: %s', (path, text, fault) => {
    const faults = arrow(path, text)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(fault)
    expect(faults[0]).toContain(`packages/${path}:1 → `)
  })

  it.each([
    ['core/src/entries/index.ts', `export * from '../http/index.js'; export * from '../values/index.js'`],
    ['core/src/http/a.ts', `import '../verify/index.js'; import './b.js'; import 'node:crypto'; import 'nanoid'`],
    ['core/src/store/a.ts', `import '../crypto/index.js'; import '../errors/index.js'`],
    ['core/src/access/a.ts', `/* import '../http/index.js' */ const a = "import '../http/index.js'"`],
    ['kysely/src/a.ts', `import 'kysely'; import '@keywright/core/store'; import './store/c.js'`],
    ['express/src/a.ts', `import type { Request } from 'express'`],
  ])('lets %s pass: %s', (path, text) => {
    expect(arrow(path, text)).toEqual([])
  })

  it('finds circles, types included', () => {
    const file = (name: string, text: string): SourceFile => ({ path: `packages/api/src/${name}.ts`, text })
    const circle = [
      file('a', `import './b.js'`),
      file('b', `import type { C } from './c.js'`),
      file('c', `export * from './a.js'`),
    ]
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `packages/api/src/${name}.ts`)
    expect(findCircles(circle)).toEqual([`${a} → ${b} → ${c} → ${a}`])
    expect(findCircles([...circle.slice(0, 2), file('c', `import './d.js'`)])).toEqual([])
  })

  it('finds long functions, those without a name and those inside others', () => {
    const text = `export function long() {\n${'1\n'.repeat(4)}}\nconst late = () => {\n1\n}\nrun(() => {\n${'1\n'.repeat(5)}})`
    expect(findLongFunctions([{ path: 'a.ts', text }], 5)).toEqual([
      'a.ts:1: long, 6 lines',
      'a.ts:10: a function without a name, 7 lines',
    ])
    expect(findLongFunctions([{ path: 'a.ts', text }], 7)).toEqual([])
  })

  it('finds logic in an index', () => {
    const busy = (text: string): string[] => findBusyIndexes([{ path: 'packages/core/src/memory-index.ts', text }])
    expect(busy(`export { a } from './a.js'\nexport const b = 1`)).toEqual([
      'packages/core/src/memory-index.ts:2: an index only lists names (export … from)',
    ])
    expect(busy(`import './a.js'`)).toHaveLength(1)
    expect(busy(`export {}`)).toHaveLength(1)
    expect(busy(`export type { A } from './a.js'\nexport * from './b.js'`)).toEqual([])
  })

  it('finds names that say nothing', () => {
    expect(findBadNames(['src/parseScope.ts', 'src/scope-utils.ts', 'src/helpers/a.ts', 'src/A.ts'])).toHaveLength(4)
    expect(findBadNames(['src/parse-scope.ts', 'src/sha256.test.ts', 'src/utilisation.ts'])).toEqual([])
  })
})
