// Changes the code of core in one place at a time, and asks the tests whether they notice. It works in a clone of HEAD, prints a table,
// writes docs/mutation.json and the page, and fails if a group is below 90 %. Usage: pnpm check:mutation [--fresh] [group …]
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Group, groups } from './groups.js'
import { leastScore, mutationTable, pagePath, type Score, type Scores, scoreOf, withTable } from './page.js'

/** Installed in the clone alone: it has 150 packages of its own, and nobody who works on anything else needs them. */
const stryker = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/vitest-runner@9.6.1']

const root = join(import.meta.dirname, '../..')
const out = join(root, '.ci/out/mutation')
const scoresPath = join(root, 'docs/mutation.json')
/** The tests of a mutant may take this much longer than without it. So long that a busy machine does not reach it. */
const timeoutMS = 60_000

/** What Stryker writes of a mutant. */
interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
  readonly status: string
  readonly statusReason?: string
}

interface Found extends Mutant {
  readonly path: string
}

/** Kept between runs, since most of them change little. */
function makeClone(commit: string): string {
  const clone = join(out, 'clone')
  mkdirSync(clone, { recursive: true })
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { cwd: clone, stdio: ['ignore', 'ignore', 'inherit'] })
  if (!existsSync(join(clone, '.git'))) run('git', 'clone', '--quiet', '--no-checkout', root, '.')
  run('git', 'fetch', '--quiet', root, commit)
  run('git', 'checkout', '--quiet', '--force', '--detach', commit)
  run('git', 'clean', '--quiet', '--force', '-d')
  const flags = ['--workspace-root', '--save-dev', '--save-exact', '--prefer-offline']
  run('npx', '--yes', 'pnpm@12', 'add', ...flags, ...stryker)
  return clone
}

/** Runs Stryker. What an earlier run found stands where neither the code nor the test that noticed has changed. */
function mutate(clone: string, name: string, { mutate: paths, tests }: Group, isFresh: boolean): Found[] {
  const incrementalFile = join(out, `${name}.json`)
  const fileName = join(clone, 'mutation-report.json')
  const options = {
    inPlace: true,
    mutate: paths,
    testRunner: 'vitest',
    plugins: [join(clone, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js')],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: Number(process.env.KEYWRIGHT_MUTATION_CONCURRENCY ?? 2),
    timeoutMS,
    dryRunTimeoutMinutes: 60,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName },
    incremental: true,
    incrementalFile,
    force: isFresh,
    allowEmpty: true,
    disableTypeChecks: false, // Vitest has none: it would rewrite each file of the repository for nothing
    cleanTempDir: 'always',
  }
  writeFileSync(join(clone, 'stryker.json'), JSON.stringify(options))
  execFileSync(process.execPath, ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', 'stryker.json'], {
    cwd: clone,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, KEYWRIGHT_MUTATION_TESTS: JSON.stringify(tests) },
  })
  const { files }: { files: Record<string, { mutants: Mutant[] }> } = JSON.parse(readFileSync(fileName, 'utf8'))
  return Object.entries(files).flatMap(([path, { mutants }]) => mutants.map((mutant) => ({ ...mutant, path })))
}

const isEndless = ({ status, statusReason = '' }: Mutant): boolean =>
  status === 'Timeout' && statusReason.startsWith('Hit limit reached')

function scoreFor(mutants: readonly Found[], commit: string): Score {
  const count = (is: (mutant: Mutant) => boolean): number => mutants.filter(is).length
  const withStatus = (status: string): number => count((mutant) => mutant.status === status)
  const score: Score = {
    commit,
    killed: withStatus('Killed'),
    endless: count(isEndless),
    survived: withStatus('Survived'),
    uncovered: withStatus('NoCoverage'),
    timedOut: withStatus('Timeout') - count(isEndless),
    excused: withStatus('Ignored'),
    broken: withStatus('RuntimeError') + withStatus('CompileError'),
  }
  const { commit: _, ...counts } = score
  const known = Object.values(counts).reduce((sum, each) => sum + each, 0)
  if (known !== mutants.length) throw new Error(`Of ${mutants.length} mutants, ${mutants.length - known} did not run.`)
  return score
}

/** Each mutant that no test noticed, as a line to look at. */
const listOf = (mutants: readonly Found[]): string =>
  mutants
    .filter((mutant) => ['Survived', 'NoCoverage', 'Timeout'].includes(mutant.status) && !isEndless(mutant))
    .map(({ path, location: { start }, mutatorName, status, replacement = '' }) => {
      const text = replacement.replaceAll(/\s+/g, ' ').slice(0, 120)
      return `${path}:${start.line}:${start.column} ${status} ${mutatorName}: ${text}`
    })
    .join('\n')

const words = process.argv.slice(2)
const isFresh = words.includes('--fresh')
const asked = words.filter((word) => !word.startsWith('--'))
const unknown = asked.filter((name) => !Object.hasOwn(groups, name))
if (unknown.length > 0) throw new Error(`No group ${unknown.join(', ')}: there are ${Object.keys(groups).join(', ')}.`)

mkdirSync(out, { recursive: true })
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
const clone = makeClone(commit)
const measured: Record<string, Score> = {}
for (const [name, group] of Object.entries(groups)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const mutants = mutate(clone, name, group, isFresh)
  measured[name] = scoreFor(mutants, commit.slice(0, 10))
  console.log(listOf(mutants))
  keep(measured)
}
console.log(mutationTable(measured))

/** Writes what is known of each group. After each of them, as a run of all takes hours. */
function keep(found: Scores): void {
  const before: Scores = existsSync(scoresPath) ? JSON.parse(readFileSync(scoresPath, 'utf8')) : {}
  const scores: Scores = Object.fromEntries(
    Object.keys(groups).flatMap((name) => {
      const score = found[name] ?? before[name]
      return score === undefined ? [] : [[name, score] as const]
    }),
  )
  writeFileSync(scoresPath, `${JSON.stringify(scores, null, 2)}\n`)
  writeFileSync(pagePath, withTable(readFileSync(pagePath, 'utf8'), scores))
}

const low = Object.entries(measured).filter(([, score]) => scoreOf(score) < leastScore)
if (low.length > 0) {
  console.error(`Below ${leastScore} %: ${low.map(([name]) => name).join(', ')}.`)
  process.exitCode = 1
}
