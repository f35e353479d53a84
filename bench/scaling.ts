import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureCosts } from './scaling/measure-costs.js'
import { writeScaling } from './scaling/page.js'

// What each thing costs on this machine, and what follows from it for many keys and many verifications: writes docs/scaling.json and the
// tables of docs/scaling.md.
const costs = await measureCosts((line) => console.error(line))
writeFileSync(join(import.meta.dirname, '../docs/scaling.json'), `${JSON.stringify(costs, null, 2)}\n`)
console.log(writeScaling(costs))
process.exit() // pools keep timers
