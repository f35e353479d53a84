import { parseArgs } from 'node:util'
import { run } from './run.js'

// For runs of any length: `tsx --conditions=@keywright/source test/consistency/check-history.ts --seconds 600`.
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'postgres' },
    url: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/test' },
    seconds: { type: 'string', default: '60' },
    ops: { type: 'string', default: '0' },
    lie: { type: 'string', default: '0' },
  },
})
if (values.engine !== 'postgres' && values.engine !== 'sqlite') throw new TypeError('--engine: postgres or sqlite')
const { violations, ...counts } = await run({
  engine: values.engine,
  url: values.url,
  seconds: Number(values.seconds),
  operations: Number(values.ops),
  staleMs: Number(values.lie),
})
for (const violation of violations.slice(0, 50)) console.error(violation)
console.info({ ...counts, violations: violations.length })
process.exitCode = violations.length === 0 ? 0 : 1
