import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { freePort } from '../../support/free-port.js'

const root = join(import.meta.dirname, '../../..')
/** Packages of this repository by what a starter imports, and those of others by who has them here. */
const ours = { core: 'core', kysely: 'kysely', express: 'express', mcp: 'mcp' } as const
const others = {
  express: '.',
  hono: '.',
  kysely: '.',
  libsql: '.',
  '@hono/node-server': '.',
  '@modelcontextprotocol/server': 'packages/mcp',
} as const

/** An empty folder in which a starter finds its packages as if it had installed them. */
export function starterFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keywright-starter-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const link = (name: string, target: string): void => {
    const place = join(folder, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(target, place)
  }
  link('keywright', join(root, 'packages/cli'))
  for (const [name, at] of Object.entries(ours)) link(`@keywright/${name}`, join(root, 'packages', at))
  for (const [name, at] of Object.entries(others)) link(name, realpathSync(join(root, at, 'node_modules', name)))
  return folder
}

const node = [process.execPath, '-C', '@keywright/source', '--import', import.meta.resolve('tsx')] as const

/** What the command line ended with, and wrote. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in the folder, as a person does. */
export async function keywright(folder: string, line: readonly string[], input = ''): Promise<Ran> {
  const [program, ...flags] = node
  const child = spawn(program, [...flags, join(root, 'packages/cli/src/bin.ts'), ...line], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  })
  child.stdin.end(input)
  const texts = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await once(child, 'close')
  const [out, err] = await texts
  return { code, out, err }
}

/** Starts the server of the folder until the test is over. Gives its address, and the key that its first start makes. */
export async function startStarter(folder: string): Promise<{ readonly origin: string; readonly firstKey: string }> {
  const port = await freePort()
  const [program, ...flags] = node
  const child = spawn(program, [...flags, '--env-file=.env', 'server.js'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: String(port) },
  })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let said = ''
  const firstKey = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      said += data.toString()
      const [, token] = /Your key: (\S+)/.exec(said) ?? []
      if (token !== undefined) resolve(token)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('close', () => reject(new Error(`The server has ended: ${said}`)))
  })
  return { origin: `http://127.0.0.1:${port}`, firstKey }
}
