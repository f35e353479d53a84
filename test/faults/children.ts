import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'

/** What became of a child process. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it printed. */
  readonly output: string
}

/** A child process, with its end. */
export interface Child {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Starts a script of this folder in a process of its own; it ends with the test at the latest. */
export function child(script: string, order: unknown, nodeArgs: readonly string[] = []): Child {
  const started = fork(join(import.meta.dirname, script), [JSON.stringify(order)], {
    execArgv: ['--conditions=@keywright/source', '--import', tsx, ...nodeArgs],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [started.stdout, started.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
    })
  }
  const ended = once(started, 'close').then(([code, signal]) => ({ code, signal, output }))
  onTestFinished(() => {
    started.kill('SIGKILL')
  })
  return { process: started, ended }
}
