import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { testsEverything } from '../../support/everything.js'
import { postgresUrl } from './cached-product.js'
import type { ProductDatabase } from './product-database.js'

/** Starts one more process of a product, which runs until the test is over. @returns the origin at which it answers. */
export async function startProcess(script: string, options: object): Promise<string> {
  const execArgv = ['--conditions=@keywright/source', '--import', import.meta.resolve('tsx')]
  const child = fork(join(import.meta.dirname, script), [JSON.stringify(options)], { execArgv })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [port] = await once(child, 'message')
  return `http://127.0.0.1:${port}`
}

/** Whether an engine can be tried: a server that does not answer is left out, unless everything is tested. */
export async function isThere(engine: ProductDatabase['engine']): Promise<boolean> {
  if (engine === 'SQLite') return true
  const { hostname, port } = new URL(postgresUrl)
  const socket = connect({ host: hostname, port: Number(port === '' ? 5432 : port) })
  const answers = await once(socket, 'connect')
    .then(() => true)
    .catch(() => false)
  socket.destroy()
  return answers || testsEverything
}
