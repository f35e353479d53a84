// What only some runs need, and what a newer Node than ours asks for, is not in the lockfile: it is installed where it is used.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']

const cache = join(import.meta.dirname, '../../node_modules/.cache/installed')

export function install(name, version, { scripts = false, compile = false, beside = [], overrides = {} } = {}) {
  const folder = join(cache, `${name.replace('/', '+')}@${version}`)
  const modules = join(folder, 'node_modules')
  if (existsSync(modules)) return modules
  // Moved when it is whole: a run that was stopped half-way leaves nothing that looks installed.
  const fresh = `${folder}-${process.pid}`
  mkdirSync(fresh, { recursive: true })
  writeFileSync(join(fresh, 'package.json'), JSON.stringify({ private: true, overrides }))
  // What is compiled looks for a binary first, maybe on a server that does not answer, unless it is told not to.
  const fromSource = compile ? ['--build-from-source'] : []
  const options = ['--prefix', fresh, `--ignore-scripts=${!scripts && !compile}`, ...fromSource, ...quiet]
  execFileSync('npm', ['install', ...options, `${name}@${version}`, ...beside], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    renameSync(fresh, folder)
  } catch (error) {
    if (!existsSync(modules)) throw error // otherwise, another process was first
  }
  return modules
}
