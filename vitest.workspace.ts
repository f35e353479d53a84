import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'

const packages = ['core', 'kysely', 'redis', 'express', 'fastify', 'hono', 'mcp', 'argon2', 'api', 'testkit'] as const
// Vitest hands these to Node, too: with `import` or `module` among them, a `require` inside Express is given an ES module.
const conditions = ['@keywright/source', 'node']

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
}

/**
 * The tests of `mcp`, once more, on other versions of the official SDKs and of zod: those that `packages/mcp/test/peers` has a
 * folder for. Each is a package of its own, for the SDKs take zod from whoever installed them.
 */
const mcpPeers = ['lowest', 'zod3'].map((peers) => {
  const importer = join(import.meta.dirname, `packages/mcp/test/peers/${peers}/package.json`)
  const plugin: Plugin = {
    name: `mcp-peers-${peers}`,
    enforce: 'pre',
    resolveId(id) {
      return /^(@modelcontextprotocol\/|zod($|\/))/.test(id) ? this.resolve(id, importer, { skipSelf: true }) : null
    },
  }
  const test = { name: `mcp-${peers}`, root: 'packages/mcp', include: ['test/*.test.ts'], testTimeout: 20_000 }
  return { ...shared, plugins: [plugin], test: { ...test, env: { MCP_PEERS: peers } } }
})

/** These take long, or the machine to themselves: they run where they are named, as in `--project faults`. */
const lengthy = ['faults', 'consistency', 'mcp-conformance'].filter((name) =>
  process.argv.some((word) => word.split('=').at(-1) === name),
)

/** The Vitest configuration of the whole repository: one project a package, and one for each kind of whole-repo fact. */
export default defineConfig({
  test: {
    projects: [
      ...packages.map((name) => ({
        ...shared,
        test: { name, root: `packages/${name}`, include: ['test/**/*.test.ts'], testTimeout: 20_000 },
      })),
      ...mcpPeers,
      { ...shared, test: { name: 'acceptance', include: ['test/acceptance/**/*.test.ts'], testTimeout: 20_000 } },
      { ...shared, test: { name: 'architecture', include: ['test/*.test.ts'], testTimeout: 60_000 } },
      ...lengthy.map((name) => ({
        ...shared,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      })),
    ],
    ...(process.env.CI ? { reporters: ['default', ['json', { outputFile: '.ci/out/vitest.json' }]] } : {}),
  },
})
