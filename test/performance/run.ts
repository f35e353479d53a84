// What a verification may cost, against the budgets in test/performance.json: statements and bytes, which are the same on each
// machine, and a wide bound on time. Run after a build. A budget is raised on purpose, with a reason in the commit.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bytes, measureBytes } from './measure-bytes.js'
import { countStatements, engines, type Statements } from './statements.js'
import { timesAsLong } from './time.js'

const file = 'test/performance.json'
interface Budgets {
  /** Exactly so many. */
  readonly statements: Readonly<Record<keyof typeof engines, Statements>>
  /** At most so many. */
  readonly bytes: Bytes
  /** At most so many times the time of a bare check. */
  readonly timesABareCheck: number
}
const budgets: Budgets = JSON.parse(readFileSync(join(import.meta.dirname, '../performance.json'), 'utf8'))

let measured = 0
let failed = 0
function judge(isWithin: boolean, sentence: string): void {
  measured += 1
  if (!isWithin) failed += 1
  console.log(`${isWithin ? 'ok  ' : 'FAIL'} ${sentence}`)
}

const unitOf = (engine: string): string => (engine === 'memory' ? 'calls of the store' : 'statements')
const works: Readonly<Record<keyof Statements, string>> = {
  one: 'a verification',
  together64: '64 verifications at once',
  flush1000: 'writing the uses of 1 000 keys',
}
for (const [engine, open] of Object.entries(engines) as [
  keyof typeof engines,
  () => ReturnType<typeof engines.memory>,
][]) {
  const opened = await open().catch((error: unknown) => {
    if (process.env.KEYWRIGHT_TEST_EVERYTHING === '1') judge(false, `${engine} could not be measured: ${error}`)
    else console.log(`left out: ${engine}, which did not answer`)
  })
  if (opened === undefined) continue
  const counted = await countStatements(opened, open)
  for (const [work, count] of Object.entries(counted) as [keyof Statements, number][]) {
    const budget = budgets.statements[engine][work]
    judge(
      count === budget,
      `${engine}, ${works[work]}: ${unitOf(engine)} ${count}, must be ${budget} (statements.${engine}.${work} in ${file})`,
    )
  }
}

const children: Bytes[] = []
for (let child = 0; child < 5; child += 1) children.push(await measureBytes())
for (const [call, what] of [
  ['verify', 'a verification in memory'],
  ['counted', 'the same where failures are counted'],
  ['gate', 'a request of Node through a gate'],
] as const) {
  // Processes differ by a hundred bytes in how they happen to be compiled. One object more raises the least of them, too.
  const size = Math.min(...children.map((bytes) => bytes[call]))
  const budget = budgets.bytes[call]
  judge(size <= budget, `${what}: ${size} bytes allocated, at most ${budget} (bytes.${call} in ${file})`)
}

const times = await timesAsLong()
const budget = budgets.timesABareCheck
judge(
  times <= budget,
  `a verification in memory: ${times.toFixed(2)} times as long as a bare HMAC check, at most ${budget} (timesABareCheck in ${file})`,
)

console.log(`${measured - failed} of ${measured} measurements are within their budgets`)
process.exitCode = failed === 0 ? 0 : 1
