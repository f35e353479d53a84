import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, it, onTestFinished } from 'vitest'
import { describeFully } from '../support/everything.js'
import { keywright, starterFolder, startStarter } from './support/starter.js'

/** Each command is a process that compiles what it loads: a busy machine takes its time. */
const patienceMs = 600_000
const create = ['keys', 'create', 'ci', '--organization', 'acme', '--user', 'ada', '--scope', 'tasks.read']

it(
  'B17: a command line goes from init to doctor, on a new folder',
  async () => {
    const folder = starterFolder()
    expect(await keywright(folder, ['init', '--framework', 'express'])).toMatchObject({ code: 0, err: '' })
    expect(await keywright(folder, ['migrate'])).toEqual({ code: 0, out: 'The tables were up to date.\n', err: '' })
    const made = await keywright(folder, create)
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^tb_live_\w+\n$/) })
    const verified = await keywright(folder, ['verify', '--json'], made.out)
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true, scopes: ['tasks.read'] })
    const wrong = await keywright(folder, ['verify', '--json'], made.out.replace(/.{10}\n$/, 'aaaaaaaaaa\n'))
    expect(wrong.code).toBe(1)
    expect(await keywright(folder, ['doctor'])).toMatchObject({ code: 0, out: 'All is well.\n' })
  },
  patienceMs,
)

describeFully('what init starts', () => {
  it(
    'the starter for Express serves a key that the command line made',
    async () => {
      const folder = starterFolder()
      await keywright(folder, ['init', '--framework', 'express'])
      const { origin, firstKey } = await startStarter(folder)
      const made = await keywright(folder, create)
      for (const token of [firstKey, made.out.trim()]) {
        const headers = { Authorization: `Bearer ${token}` }
        const answer = await fetch(`${origin}/tasks`, { headers })
        expect(await answer.json()).toEqual({ tasks: ['Write the release notes'], askedBy: { id: 'ada' } })
        expect((await fetch(`${origin}/tasks`, { method: 'POST', headers })).status).toBe(403)
      }
      expect((await fetch(`${origin}/tasks`)).status).toBe(401)
    },
    patienceMs,
  )

  it(
    'the starter for MCP serves a key that the command line made',
    async () => {
      const folder = starterFolder()
      await keywright(folder, ['init', '--framework', 'mcp'])
      const { origin } = await startStarter(folder)
      const made = await keywright(folder, create)
      const client = new Client({ name: 'test', version: '1.0.0' })
      const headers = { Authorization: `Bearer ${made.out.trim()}` }
      await client.connect(new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), { requestInit: { headers } }))
      onTestFinished(() => client.close())
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['tasks_list'])
      const { content } = await client.callTool({ name: 'tasks_list', arguments: {} })
      expect(content).toEqual([{ type: 'text', text: 'Write the release notes, asked by ada' }])
    },
    patienceMs,
  )
})
