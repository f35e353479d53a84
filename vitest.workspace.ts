import { defineConfig } from 'vitest/config'

const packages = ['core', 'kysely', 'express', 'fastify', 'hono', 'argon2', 'testkit'] as const
// Vitest hands these to Node, too: with `import` or `module` among them, a `require` inside Express is given an ES module.
const conditions = ['@keywright/source', 'node']

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
}

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
    ],
    ...(process.env.CI ? { reporters: ['default', ['json', { outputFile: '.ci/out/vitest.json' }]] } : {}),
  },
})
