import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findBackwardArrows, findBadNames, findBusyIndexes, readArrows, type SourceFile } from './import-rules.js'

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
    for (const name of names) expect(list(`packages/${name}/src`, ['.ts'])).toContain(`packages/${name}/src/index.ts`)
    expect(source.length).toBeGreaterThan(60)
    expect(source.flatMap(readArrows).length).toBeGreaterThan(150)
  })

  it('has no arrow that runs backwards', () => {
    expect(findBackwardArrows(source)).toEqual([])
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
        .filter(({ specifier }) => specifier !== null && !/^(\.|node:)/.test(specifier))
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
  describe('dist', () => {
    const built = names.flatMap((name) => list(`packages/${name}/dist`, ['.js']))

    it('holds exactly the files of src, in every package', () => {
      const expected = source.map(({ path }) => path.replace('/src/', '/dist/').replace(/\.ts$/, '.js'))
      expect(built).toEqual(expected)
    })

    it('has no arrow that runs backwards', () => {
      const files = built.map(read)
      expect(files.flatMap(readArrows).length).toBeGreaterThan(100)
      expect(findBackwardArrows(files)).toEqual([])
    })
  })
}

describe('the checks themselves', () => {
  const arrow = (path: string, text: string): string[] => findBackwardArrows([{ path: `packages/${path}`, text }])

  it.each([
    ['core/src/values/key.ts', `import '../errors/index.js'`, 'values may not import errors'],
    ['core/src/errors/a.ts', `import type { A } from '../scope/index.js'`, 'errors may not import scope'],
    ['core/src/scope/a.ts', `export { a } from '../access/index.js'`, 'scope may not import access'],
    ['core/src/access/a.ts', `export type * from '../crypto/index.js'`, 'access may not import crypto'],
    ['core/src/crypto/a.ts', `import * as a from '../store/index.js'`, 'crypto may not import store'],
    ['core/src/limits/a.ts', `const a = await import('../crypto/a.js')`, 'limits may not import crypto'],
    ['core/src/store/a.ts', `let a: import('../access/a.js').A`, 'store may not import access'],
    ['core/src/service/a.ts', `import { a } from "../http/gate.js"`, 'service may not import http'],
    ['core/src/http/a.ts', `import '../index.js'`, 'http may not import from outside the rooms'],
    ['core/src/http/a.ts', `import '../new-room/a.js'`, 'http may not import new-room'],
    ['core/src/stray.ts', `import './values/index.js'`, 'stands in no room'],
    ['core/src/index.ts', `export * from './stray.js'`, 'stands in no room'],
    ['core/src/scope/a.ts', `import '../../test/a.js'`, 'leaves packages/core/src/'],
    ['core/src/scope/a.ts', `import '../errors/index.ts'`, 'ends in .js'],
    ['core/src/scope/a.ts', `import 'kysely'`, 'may not import kysely'],
    ['core/src/scope/a.ts', `import '@keywright/core/scope'`, 'may not import @keywright/core'],
    ['core/src/scope/a.ts', `import(name)`, 'a computed import'],
    ['core/src/scope/a.ts', `import a = require('fs')`, 'may not import fs'],
    ['core/src/scope/a.ts', `const a = require('left-pad')`, 'may not import left-pad'],
    ['core/dist/values/key.js', `import{a}from"../errors/index.js"`, 'values may not import errors'],
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
    ['core/src/index.ts', `export * from './http/index.js'; export * from './values/index.js'`],
    ['core/src/http/a.ts', `import '../service/index.js'; import './b.js'; import 'node:crypto'; import 'nanoid'`],
    ['core/src/store/a.ts', `import '../crypto/index.js'; import '../limits/index.js'`],
    ['core/src/access/a.ts', `/* import '../http/index.js' */ const a = "import '../http/index.js'"`],
    ['kysely/src/a.ts', `import 'kysely'; import '@keywright/core/store'; import './b/c.js'`],
    ['express/src/a.ts', `import type { Request } from 'express'`],
  ])('lets %s pass: %s', (path, text) => {
    expect(arrow(path, text)).toEqual([])
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
