import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string
      readonly ancestorTitles: readonly string[]
      readonly title: string
    }[]
  }[]
}

/** How the suites of a fixture went. */
export interface FixtureRun {
  readonly exitCode: unknown
  /** The titles of the tests of one suite that ended in `status`. */
  titles(suite: string, status: 'passed' | 'failed'): string[]
}

const fixtures = join(import.meta.dirname, 'fixtures')

/** Runs a file of suites that are meant to fail, in a Vitest of its own. */
export async function runFixture(file: string): Promise<FixtureRun> {
  const output = join(tmpdir(), `keywright-${file}-${process.pid}.json`)
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  // A worker's own variables would tell the child that it is one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|CI$)/.test(name)))
  const config = join(fixtures, 'vitest.config.ts')
  const args = [vitest, 'run', file, '--config', config, '--reporter=json', `--outputFile=${output}`]
  try {
    const exitCode = await new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: fixtures, env }, (error) => resolve(error === null ? 0 : error.code))
    })
    const report: Report = JSON.parse(await readFile(output, 'utf8'))
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    return {
      exitCode,
      titles: (suite, status) =>
        results
          .filter((result) => result.ancestorTitles.includes(suite) && result.status === status)
          .map(({ title }) => title),
    }
  } finally {
    await rm(output, { force: true })
  }
}
