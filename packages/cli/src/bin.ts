#!/usr/bin/env node
import { hostModules } from './host/index.js'
import { run, runFault } from './run.js'

const { stdin, stdout, stderr, env } = process
// Whoever writes hears of it. Without a listener, it would end the program before that.
for (const output of [stdout, stderr]) output.on('error', () => {})

const line = process.argv.slice(2)
const folder = process.cwd()
const io = { stdin, stdout, stderr, env, folder, modules: hostModules(folder) }
// Node would print the error as it is, with what is secret in it.
process.on('uncaughtException', async (error) => process.exit(await runFault(error, line, io)))
// What a configuration leaves open must not keep the program from its end.
process.exit(await run(line, io))
