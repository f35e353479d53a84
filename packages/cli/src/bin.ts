#!/usr/bin/env node
import { hostModules } from './host/index.js'
import { run } from './run.js'

// Whoever reads no further, such as `head`, has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const { stdin, stdout, stderr, env } = process
const folder = process.cwd()
// What a configuration leaves open must not keep the program from its end.
process.exit(await run(process.argv.slice(2), { stdin, stdout, stderr, env, folder, modules: hostModules(folder) }))
