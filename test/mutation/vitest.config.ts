import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const root = join(import.meta.dirname, '../..')
const conditions = ['@keywright/source', 'node']
/** Set by `run.ts`. */
const include: string[] = JSON.parse(process.env.KEYWRIGHT_MUTATION_TESTS ?? '[]')

/** The quickest tests are listed first: most mutants meet no others. */
class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => include.findIndex((path) => moduleId.endsWith(path))
    return files.toSorted((a, b) => place(a) - place(b))
  }
}

/** What tests import, and what they get in its place. */
const instead: readonly [from: RegExp, to: string][] = [
  [/^fast-check$/, join(import.meta.dirname, 'fast-check.ts')],
  [/\/support\/fastest\.js$/, join(import.meta.dirname, 'fastest.ts')],
]
const lighter: Plugin = {
  name: 'lighter-tests',
  enforce: 'pre',
  resolveId(id, importer = '') {
    const found = instead.find(([from, to]) => from.test(id) && importer !== to)
    return found?.[1] ?? null
  },
}

/** The tests of core that `run.ts` names. A property tries the same cases each time, so that a score can be measured again. */
export default defineConfig({
  plugins: [lighter],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root,
    include,
    // What replaces a module has its modules to itself.
    isolate: include.some((path) => path.endsWith('.alone.test.ts')),
    sequence: { sequencer: AsListed },
    env: { KEYWRIGHT_SEED: '1' },
    setupFiles: [join(root, 'test/support/seed.ts')],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 10 } },
  },
})
