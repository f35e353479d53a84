import process from 'node:process'
import { run } from './suite.mjs'

const { passed, failed } = await run()
for (const failure of failed) console.error(failure)
console.log(`${passed} passed, ${failed.length} failed`)
process.exit(failed.length === 0 ? 0 : 1)
