import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { ownCpuUs } from '../compare.js'

/** A server in a process of its own. */
export interface ChildServer {
  readonly url: string
  /** Tokens that its store has. */
  readonly tokens: readonly string[]
  /** The processor time of its process so far. */
  cpuUs(): Promise<number>
  close(): void
}

/** Starts a program of this folder that calls {@link answerParent}. */
export async function startServer(program: string, words: readonly string[]): Promise<ChildServer> {
  const child: ChildProcess = fork(join(import.meta.dirname, program), words)
  const next = async () => (await once(child, 'message'))[0]
  const { url, tokens } = await next()
  const cpuUs = (): Promise<number> => {
    child.send('cpu')
    return next()
  }
  return { url, tokens, cpuUs, close: () => child.disconnect() }
}

/** Tells the parent where a server is and which tokens are good; to any message, answers with the processor time. */
export async function answerParent(
  server: Pick<Server, 'listening' | 'once' | 'address'>,
  { path, tokens, close }: { readonly path: string; readonly tokens: readonly string[]; close?(): Promise<void> },
): Promise<void> {
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  process.send?.({ url: `http://127.0.0.1:${port}${path}`, tokens })
  process.on('message', () => process.send?.(ownCpuUs()))
  process.once('disconnect', async () => {
    await close?.()
    process.exit()
  })
}
