import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { memoryStore } from '@keywright/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../examples/mcp-hono/src/server.js'
import { listen, openKeyring } from '../examples/mcp-projects/src/index.js'
import { unlessEverything } from './support/everything.js'

const examples = join(import.meta.dirname, '../examples')
const tsx = ['-C', '@keywright/source', '--import', import.meta.resolve('tsx')]

const folders = readdirSync(examples).filter((name) => !name.includes('.'))

// The scripts that run to their end; `first-steps` serves, and has a test with the README; those of `example-products.test.ts` serve, too.
const scripts = folders.flatMap((name) => {
  const { scripts = {} } = JSON.parse(readFileSync(join(examples, name, 'package.json'), 'utf8'))
  const [, script] = /(src\/(?:main|demo)\.ts)$/.exec(scripts.demo ?? scripts.start) ?? []
  return script === undefined ? [] : [[name, script] as const]
})

describe('examples', () => {
  it('are there: one for each framework, and for each way to serve MCP', () => {
    const mcp = ['mcp-express', 'mcp-hono', 'mcp-people', 'mcp-stdio']
    expect(scripts.map(([name]) => name)).toEqual(['fastify', 'fetch', 'hono', ...mcp, 'servers', 'task-board'])
  })

  const tried = unlessEverything(
    scripts,
    ([name]) => name === 'task-board',
    ([name]) => `examples: ${name} calls itself, and gets the answers it expects`,
  )
  it.each(tried)('%s calls itself, and gets the answers it expects', async (name, script) => {
    // Rejects where the script ends with a fault; each checks its own answers.
    const { stdout } = await promisify(execFile)(process.execPath, [...tsx, script], { cwd: join(examples, name) })
    expect(stdout).toMatch(/ok\n$|each (answered )?as expected\.\n$/)
  })

  it('task-board serves its settings page with sample keys, and says where in its first line', async () => {
    const cwd = join(examples, 'task-board')
    const board = spawn(process.execPath, [...tsx, 'src/demo.ts', '--serve'], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void board.kill('SIGINT'))
    const [line] = await once(createInterface(board.stdout), 'line')
    const origin = new URL(/ (http:\S+) /.exec(line)?.[1] ?? '').href
    const signIn = await fetch(new URL('/sign-in/ada', origin), { redirect: 'manual' })
    const page = await fetch(new URL(signIn.headers.get('Location') ?? '', origin))
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Task Board')])
    const headers = { Cookie: signIn.headers.get('Set-Cookie')?.split(';')[0] ?? '' }
    const list = await fetch(new URL('/api/api-keys', origin), { headers })
    const { data } = (await list.json()) as { data: readonly { name: string; last_used_at: string | null }[] }
    expect(data.find(({ name }) => name === 'CI pipeline')?.last_used_at).toMatch(/^\d{4}-/)
    board.kill('SIGINT')
    expect(await once(board, 'exit')).toEqual([0, null])
  })

  it('mcp-hono refuses a key in clear in production, also where the request target says https (HTTP-14)', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const keyring = openKeyring(memoryStore(), randomBytes(32).toString('hex'))
    const { url, close } = await listen(getRequestListener(createApp(keyring).fetch))
    onTestFinished(close)
    const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
    const { token } = await keyring.create({ name: 'in clear', owner })
    const headers = { authorization: `Bearer ${token.reveal()}`, 'x-forwarded-proto': 'http' }
    for (const path of ['/mcp', 'https://localhost/mcp']) {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request(url, { method: 'POST', path, headers }, resolve).on('error', reject).end('{}')
      })
      expect([path, answer.statusCode]).toEqual([path, 403])
      answer.destroy()
    }
  })
})
