import { defineConfig } from 'vitest/config'

const packages = ['core', 'kysely', 'redis', 'express', 'fastify', 'hono', 'mcp', 'argon2', 'api', 'testkit'] as const
// Vitest hands these to Node, too: with `import` or `module` among them, a `require` inside Express is given an ES module.
const conditions = ['@keywright/source', 'node']

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
}

/** These take a minute or more, and the machine to themselves: they run where they are named, as in `--project faults`. */
const lengthy = ['faults', 'consistency'].filter((name) => process.argv.some((word) => word.split('=').at(-1) === name))

/** The Vitest configuration of the whole repository: one project a package, and one for each kind of whole-repo fact. */
export default defineConfig({
  test: {
    projects: [
      ...packages.map((name) => ({
        ...shared,
        test: { name, root: `packages/${name}`, include: ['test/**/*.test.ts'], testTimeout: 20_000 },
      })),
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
