import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'
import { install } from './test/support/install.mjs'
import { leftOut } from './test/support/left-out.js'

const packages = [
  'core',
  'kysely',
  'd1',
  'redis',
  'express',
  'fastify',
  'hono',
  'mcp',
  'argon2',
  'dpop',
  'webhooks',
  'otel',
  'api',
  'dashboard',
  'cli',
  'testkit',
] as const
// Vitest hands these to Node, too: with `import` or `module` among them, a `require` inside Express is given an ES module.
const conditions = ['@keywright/source', 'node']

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
}

/** A property tries other cases each time, unless this sets where chance begins: the gate's second run is then as its first. */
const setupFiles = process.env.KEYWRIGHT_SEED ? [join(import.meta.dirname, 'test/support/seed.ts')] : []

/** How long a test may wait for what must happen. Long on purpose: a busy machine is slow, and no test measures time. */
const patience = {
  setupFiles,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000, interval: 10 } },
}

/**
 * Packages whose tests run once more on other versions of peers. Each folder of `test/peers` is a package with such versions. A peer
 * that asks for a newer Node than ours is not in the lockfile, so that nobody who installs it is warned: it is installed to be tested.
 */
interface Repeat {
  readonly name: 'kysely' | 'mcp'
  readonly folders: readonly string[]
  readonly installed: Readonly<Record<string, readonly [name: string, version: string]>>
  /** The peers. The SDKs of MCP take zod from whoever installed them. */
  readonly peers: RegExp
  readonly include: readonly string[]
}

const mcp: Repeat = {
  name: 'mcp',
  folders: ['lowest', 'zod3'],
  installed: {},
  peers: /^(@modelcontextprotocol\/|zod($|\/))/,
  include: ['test/*.test.ts'],
}
const kysely: Repeat = {
  name: 'kysely',
  folders: ['lowest'],
  installed: { newest: ['kysely', '0.29.9'] },
  peers: /^kysely($|\/)/,
  include: [
    'peers',
    'engines',
    'migrations',
    'migration-lock',
    'host-transaction',
    'lost-transaction',
    'transaction-on',
  ].map((name) => `test/${name}.test.ts`),
}

/** Whether a project is named, as in `--project faults`. */
const isNamed = (name: string): boolean => process.argv.some((word) => word.split('=').at(-1) === name)
const testsEverything = process.env.KEYWRIGHT_TEST_EVERYTHING === '1'

/**
 * To load the same modules again for each file is a third of the work of a whole run, so files share them unless everything is
 * tested. What replaces a module, or asks whether one is loaded, has its modules to itself: `*.alone.test.ts`.
 */
const alone = '**/*.alone.test.ts'
/** The settings page is text within its handler: it is built first, if it has changed. */
const withPage = { globalSetup: [join(import.meta.dirname, 'packages/dashboard/test/build-page.setup.ts')] }
const inProcess = { isolate: testsEverything, exclude: [alone, '**/node_modules/**'], ...patience }

/** The variables name the peers to the tests, and where they are: `MCP_PEERS`, `KYSELY_PEERS`, `KYSELY_PEERS_IN`. */
const repeatOf = ({ name, peers, include }: Repeat, which: string, modules: () => string) => ({
  name: `${name}-${which}`,
  project: () => {
    const importer = join(modules(), '../package.json')
    const plugin: Plugin = {
      name: `${name}-peers-${which}`,
      enforce: 'pre',
      resolveId(id) {
        return peers.test(id) ? this.resolve(id, importer, { skipSelf: true }) : null
      },
    }
    const variable = `${name.toUpperCase()}_PEERS`
    const env = { [variable]: which, [`${variable}_IN`]: modules() }
    const test = { name: `${name}-${which}`, root: `packages/${name}`, include: [...include], ...patience, env }
    return { ...shared, plugins: [plugin], test }
  },
})

/** These run the tests of another project once more: they run where everything is tested, and where they are named. */
const allRepeats = [mcp, kysely].flatMap((repeat) => [
  ...repeat.folders.map((folder) =>
    repeatOf(repeat, folder, () =>
      join(import.meta.dirname, `packages/${repeat.name}/test/peers/${folder}/node_modules`),
    ),
  ),
  ...Object.entries(repeat.installed).map(([which, peer]) => repeatOf(repeat, which, () => install(...peer))),
])
const inFile: ['json', { outputFile: string }] = ['json', { outputFile: '.ci/out/vitest.json' }]

/** These take long, or the machine to themselves: they run where they are named, as in `--project faults`. */
const lengthy = ['faults', 'consistency', 'galera', 'soak', 'mcp-conformance', 'contract'].filter(isNamed)

const repeats = allRepeats.filter(({ name }) => testsEverything || isNamed(name))
const isWhole = !process.argv.some((word) => word.startsWith('--project'))
const without = isWhole ? allRepeats.filter((one) => !repeats.includes(one)).map(({ name }) => name) : []

/**
 * Each project compiles what it loads, so the quick run has one for all packages but core: half the work. The whole run has one each.
 * Core's tests count the timers that are left, so no connection of another package may still be about to close in their process.
 */
const isMerged = isWhole && !testsEverything
const acceptance = 'test/acceptance/**/*.test.ts'
const ofPackage = (name: string) => ({
  ...shared,
  test: {
    name,
    root: `packages/${name}`,
    include: ['test/**/*.test.ts'],
    ...inProcess,
    ...(name === 'dashboard' || name === 'd1' ? withPage : {}), // the example of d1 serves it
  },
})
const together = [...packages.slice(1).map((name) => `packages/${name}/test/**/*.test.ts`), acceptance]
const ofPackages = isMerged
  ? [ofPackage('core'), { ...shared, test: { name: 'packages', include: together, ...inProcess, ...withPage } }]
  : [
      ...packages.map(ofPackage),
      { ...shared, test: { name: 'acceptance', include: [acceptance], ...inProcess, ...withPage } },
    ]

/** The Vitest configuration of the whole repository: one project a package, and one for each kind of whole-repo fact. */
export default defineConfig({
  test: {
    projects: [
      ...ofPackages,
      { ...shared, test: { name: 'alone', include: [`packages/*/${alone}`], ...patience } },
      ...repeats.map(({ project }) => project()),
      { ...shared, test: { name: 'architecture', include: ['test/*.test.ts'], ...patience, ...withPage } },
      ...lengthy.map((name) => ({
        ...shared,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          ...patience,
          fileParallelism: false,
        },
      })),
    ],
    // Vitest would leave one core free; much of the time of these tests is spent on waiting.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', leftOut(without), ...(process.env.CI ? [inFile] : [])],
  },
})
