import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly description?: string
  readonly license?: string
  readonly type?: string
  readonly engines?: unknown
  readonly keywords?: readonly string[]
  readonly files?: readonly string[]
  readonly exports?: Record<string, string | Record<string, string>>
  readonly typesVersions?: Record<string, Record<string, readonly string[]>>
  readonly publishConfig?: { readonly exports?: Record<string, string | Record<string, string>> }
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
}

const root = join(import.meta.dirname, '..')
const pins = join(root, 'test/surface.json')
const read = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
const foldersIn = (parent: string): string[] =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}/${name}`)

const workspace = read('.')
const packages = foldersIn('packages')
  .map((folder) => ({ folder, manifest: read(folder) }))
  .filter(({ manifest }) => !manifest.private)

/** What may be imported, and the source that answers: everything in `exports` but the manifest itself. */
const entryPoints = packages.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [{ folder, manifest, subpath, specifier: join(manifest.name, subpath), target }],
  ),
)

describe('the public surface', () => {
  // Set KEYWRIGHT_UPDATE_SURFACE=1 to write the file anew; the diff is what a reader of the changelog must be told.
  // The compiler reads all packages: that takes long on a busy machine.
  it('is what test/surface.json says, name by name', { timeout: 300_000 }, async () => {
    const surface: Record<string, string[]> = {}
    for (const { folder, specifier, target } of entryPoints) {
      const source = join(root, folder, target['@keywright/source'] ?? '')
      surface[specifier] = Object.keys(await import(pathToFileURL(source).href)).sort()
    }
    if (process.env.KEYWRIGHT_UPDATE_SURFACE === '1') writeFileSync(pins, `${JSON.stringify(surface, null, 2)}\n`)
    expect(surface).toEqual(JSON.parse(readFileSync(pins, 'utf8')))
    expect(surface).toHaveProperty(['@keywright/core'], expect.arrayContaining(['createKeyring', 'defineAccess']))
  })

  it.each(entryPoints)(
    '$specifier is source here, types and code when published',
    ({ folder, manifest, subpath, target }) => {
      // The order is the meaning: the first condition that holds is taken.
      expect(Object.keys(target)).toEqual(['@keywright/source', 'types', 'default'])
      const { '@keywright/source': source = '', ...published } = target
      expect(existsSync(join(root, folder, source))).toBe(true)
      const file = subpath === '.' ? 'index' : subpath.slice(2)
      expect(published).toEqual({ types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` })
      // pnpm puts these in the place of `exports` when it packs: the source is not shipped.
      expect(manifest.publishConfig?.exports?.[subpath]).toEqual(published)
      expect(Object.keys(manifest.publishConfig?.exports ?? {})).toEqual(Object.keys(manifest.exports ?? {}))
      // TypeScript with `moduleResolution` node10 looks here, and not at `exports`.
      if (subpath !== '.') expect(manifest.typesVersions?.['*']).toHaveProperty([file], [published.types])
    },
  )
})

/** What is shipped as it is, beside what is built. */
const filesBeside: Readonly<Record<string, readonly string[]>> = {
  '@keywright/otel': ['grafana'],
  keywright: ['templates'],
}

describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  it('says what it is, and for what', () => {
    expect(manifest).toMatchObject({ license: 'MIT', type: 'module', engines: workspace.engines })
    expect(manifest.description).toMatch(/^.{20,}\.$/)
    expect(manifest.files).toEqual(['dist', ...(filesBeside[manifest.name] ?? [])])
    expect(manifest.exports).toHaveProperty(['.'])
    expect(manifest.exports).toHaveProperty(['./package.json'], './package.json')
  })

  // npm refuses a release with provenance whose repository is not the one that it was built in.
  it('says where it comes from, and how it is found', () => {
    const repository = 'https://github.com/keywright/keywright'
    expect(manifest).toMatchObject({
      homepage: `${repository}/tree/main/${folder}#readme`,
      bugs: `${repository}/issues`,
      author: 'Keywright contributors',
      repository: { type: 'git', url: `git+${repository}.git`, directory: folder },
    })
    expect(manifest.keywords).toEqual(expect.arrayContaining(['keywright', 'api-key', 'authentication']))
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords?.length)
  })
})

// Two copies of core would make `instanceof` lie.
describe.each(packages.filter(({ manifest }) => manifest.name !== '@keywright/core'))(
  '$manifest.name',
  ({ manifest }) => {
    it('leaves core to the application, and works with no other sibling', () => {
      expect(manifest.peerDependencies).toHaveProperty(['@keywright/core'], 'workspace:^')
      expect(manifest.devDependencies).toHaveProperty(['@keywright/core'], 'workspace:*')
      const shipped = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      // The command line takes what it finds in the project that it is run in.
      const found = manifest.name === 'keywright' ? Object.keys(manifest.peerDependenciesMeta ?? {}) : []
      const needed = shipped.filter((name) => name.startsWith('@keywright/') && !found.includes(name))
      expect(needed).toEqual(['@keywright/core'])
      expect(manifest.dependencies ?? {}).not.toHaveProperty(['@keywright/core'])
    })
  },
)

describe('versions', () => {
  // Those that a host's own tools install are not in the workspace.
  const ofHosts = ['examples/nest', 'examples/next']
  const folders = ['.', ...foldersIn('packages'), ...foldersIn('examples')].filter(
    (folder) => !ofHosts.includes(folder),
  )
  it.each(folders)('of %s are written in the catalog', (folder) => {
    const { dependencies, devDependencies, peerDependencies = {} } = read(folder)
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const isOurs = name.startsWith('@keywright/') || name === 'keywright'
      expect(`${name} ${version}`).toMatch(isOurs ? / workspace:\*$/ : / catalog:$/)
    }
    // A peer's range is a promise to users, and as wide as the tests allow: never the version that we develop with.
    expect(Object.values(peerDependencies)).not.toContain('catalog:')
  })
})
