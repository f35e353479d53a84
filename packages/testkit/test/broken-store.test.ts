import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string
      readonly ancestorTitles: readonly string[]
      readonly title: string
    }[]
  }[]
}

const fixtures = join(import.meta.dirname, 'fixtures')
const output = join(tmpdir(), `keywright-broken-store-${process.pid}.json`)
let exitCode: unknown
let report: Report

beforeAll(async () => {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  // A worker's own variables would tell the child that it is one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|CI$)/.test(name)))
  const args = [vitest, 'run', '--config', join(fixtures, 'vitest.config.ts'), '--reporter=json']
  exitCode = await new Promise((resolve) => {
    execFile(process.execPath, [...args, `--outputFile=${output}`], { cwd: fixtures, env }, (error) =>
      resolve(error === null ? 0 : error.code),
    )
  })
  report = JSON.parse(await readFile(output, 'utf8'))
}, 60_000)

afterAll(() => rm(output, { force: true }))

/** The titles of the tests of one store that ended in `status`. */
function titles(store: string, status: 'passed' | 'failed'): string[] {
  return report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((result) => result.ancestorTitles.includes(`${store}: KeyStore`) && result.status === status)
    .map(({ title }) => title)
}

describe('testKeyStore', () => {
  it('passes a sound store, whole', () => {
    expect(titles('sound', 'failed')).toEqual([])
    expect(titles('sound', 'passed').length).toBeGreaterThan(40)
  })

  it.each([
    [
      'reads before it writes',
      [
        'lets one of many concurrent revokes win: each decision sees what the one before it left',
        'loses none of many concurrent changes to one key',
        'lets exactly 3 of 50 parallel inserts through at limit 3 (LIM-2)',
        'lets one of two concurrent replacements win',
      ],
    ],
    [
      'audits apart',
      [
        'lets one of many concurrent revokes win: each decision sees what the one before it left',
        'lets exactly 3 of 50 parallel inserts through at limit 3 (LIM-2)',
        'changes nothing where the audit record cannot be written (AUD-2)',
        'chains an organisation’s records without gaps, under any number of concurrent changes (AUD-4)',
        'appends records that belong to no change, and knows the end of the chain',
        'filters, in both directions',
        'chains with a key, where one is given (AUD-6)',
      ],
    ],
    [
      'writes the whole record',
      [
        'replaces the hash it was told of, and touches nothing else',
        'undoes nothing of a change that runs at the same time (CONS-14)',
      ],
    ],
    [
      'forgets a field',
      ['writes the fields it is given, counts the change, and keeps all others', 'writes disabledAt alone'],
    ],
  ])('fails a store that %s: in these tests and no others', (store, failing) => {
    expect(titles(store, 'failed')).toEqual(failing)
    expect(titles(store, 'passed')).toHaveLength(titles('sound', 'passed').length - failing.length)
    expect(exitCode).toBe(1)
  })
})
