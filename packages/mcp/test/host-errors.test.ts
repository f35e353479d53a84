import type { KeyringEvent, OwnerAuthority } from '@keywright/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import type { Login, McpAuthOptions } from '../src/index.js'
import { type AnyClient, aKeyring, aToken, type Board, full, hosts, type KeyInput } from './task-board.js'

const canary = 'connect ECONNREFUSED postgres://svc:hunter2@db'
const fails = (): never => {
  throw new Error(canary)
}
const hangs = () => new Promise<never>(() => {})

/** Every method that is decided, as an official client calls it. */
const methods: Readonly<Record<string, (client: AnyClient) => Promise<unknown>>> = {
  'tools/call': (client) => client.callTool({ name: 'tasks_create', arguments: { boardId: 'b1', title: 't' } }),
  'tools/call of a global tool': (client) => client.callTool({ name: 'members_remove', arguments: { id: 'x' } }),
  'tools/list': (client) => client.listTools(),
  'prompts/list': (client) => client.listPrompts(),
  'prompts/get': (client) => client.getPrompt({ name: 'invite', arguments: { name: 'x' } }),
  'resources/list': (client) => client.listResources(),
  'resources/templates/list': (client) => client.listResourceTemplates(),
  'resources/read': (client) => client.readResource({ uri: 'board://b1' }),
  'completion/complete': (client) =>
    client.complete({
      ref: { type: 'ref/resource', uri: 'board://{boardId}' },
      argument: { name: 'boardId', value: '' },
    }),
}
const asksForAllows = ['tools/call of a global tool', 'tools/list', 'prompts/list', 'prompts/get', 'resources/list']
const asksForLevels = ['tools/call', 'resources/list', 'resources/read', 'completion/complete']

/** Everything that the client got to know: the answer, or the error with what it carries. */
async function answerOf(ask: Promise<unknown>): Promise<string> {
  return ask.then(
    (result) => JSON.stringify(result),
    (error: Error) => `${error.message} ${JSON.stringify(error)} ${JSON.stringify(Object(error.cause))}`,
  )
}

const ann: Login = { id: 'ann', allows: () => true, allowsOn: () => true, allowsSomewhere: () => true }

/** A keyring whose owners have these levels, and the outages that it told. */
function keyringWith(authority: Partial<OwnerAuthority>) {
  const outages: KeyringEvent[] = []
  const keyring = aKeyring(undefined, {
    resolveOwner: () => ({ scopes: ['*'], ...authority }) as OwnerAuthority,
    onEvent: (event) => {
      if (event.type === 'keyring.outage_began') outages.push(event)
    },
  })
  return { keyring, outages }
}

const tried = unlessEverything(
  hosts,
  (host) => host === hosts[0],
  ({ name }) => `errors of the host: ${name}`,
)
describe.each(tried)('$name', ({ serve, connect }) => {
  const open = async (authority: Partial<OwnerAuthority>, options: McpAuthOptions<Board> = {}, key?: KeyInput) => {
    const { keyring, outages } = keyringWith(authority)
    const { url } = await serve(options, keyring)
    return { outages, client: await connect(url, key === undefined ? 'ann' : (await aToken(keyring, key)).token) }
  }

  it.each([
    ['throws', fails],
    ['never answers', hangs],
  ])('answers auth_unavailable, and tells the host, when levels %s (MCP-7)', async (_, levels) => {
    const { client, outages } = await open({ levels }, {}, full)
    const answers = asksForLevels.map(async (name) => [name, await answerOf(methods[name]?.(client) as Promise<never>)])
    for (const [name, answer] of await Promise.all(answers)) {
      expect([name, answer]).toEqual([name, expect.stringContaining('auth_unavailable: The API key could not be')])
      expect(answer).not.toContain('hunter2')
    }
    expect(outages).toMatchObject([{ type: 'keyring.outage_began', reason: 'mcp' }])
  })

  it.each([
    ['throws', fails],
    ['never answers', hangs],
  ])('answers auth_unavailable, and tells the host, when allowsOn of a login %s (MCP-7)', async (_, allowsOn) => {
    const { client, outages } = await open({}, { fallback: () => ({ ...ann, allowsOn }) })
    const answers = asksForLevels.map(async (name) => [name, await answerOf(methods[name]?.(client) as Promise<never>)])
    for (const [name, answer] of await Promise.all(answers)) {
      expect([name, answer]).toEqual([name, expect.stringContaining('auth_unavailable')])
      expect(answer).not.toContain('hunter2')
    }
    expect(outages).toMatchObject([{ type: 'keyring.outage_began', reason: 'mcp' }])
  })

  it('answers each method with auth_unavailable when allows of a login throws after the connection (MCP-7)', async () => {
    let isDown = false
    const allows = () => (isDown ? fails() : true)
    const { client, outages } = await open({}, { fallback: () => ({ ...ann, allows }) })
    isDown = true
    for (const name of asksForAllows) {
      const answer = await answerOf(methods[name]?.(client) as Promise<never>)
      expect([name, answer]).toEqual([name, expect.stringContaining('auth_unavailable')])
      expect(answer).not.toContain('hunter2')
    }
    expect(outages).toHaveLength(1)
  })

  it('shows no text of any callback that throws, whichever method is called (MCP-7, B13)', async () => {
    // Connections are kept: what fails is chosen for each call.
    const failing = new Set<string>()
    const may = <T>(name: string, value: T): T => (failing.has(name) ? fails() : value)
    const options: McpAuthOptions<Board> = {
      narrow: () => may('narrow', {}),
      onCall: () => may('onCall', undefined),
      fallback: () =>
        may('fallback', {
          ...ann,
          allows: () => may('allows', true),
          allowsOn: () => may('allowsOn', true),
          allowsSomewhere: () => may('allowsSomewhere', true),
        }),
    }
    const levels = () => may('levels', 'edit')
    const clients = await Promise.all([open({ levels }, options, full), open({ levels }, options)])
    const names = ['narrow', 'onCall', 'fallback', 'allows', 'allowsOn', 'allowsSomewhere', 'levels']
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(names, { minLength: 1 }),
        fc.constantFrom(...Object.values(methods)),
        fc.constantFrom(...clients),
        async (broken, ask, { client }) => {
          for (const name of broken) failing.add(name)
          const answer = await answerOf(ask(client))
          failing.clear()
          expect(answer).not.toMatch(/hunter2|ECONNREFUSED/)
        },
      ),
      { numRuns: 60 },
    )
  })
})
