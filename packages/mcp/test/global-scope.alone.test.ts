import { randomBytes } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { createMcpAuth } from '../src/index.js'
import { initialize, mcpHeaders } from './raw.js'
import { aKeyring, aToken } from './task-board.js'

vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original()
  return { ...crypto, randomBytes: vi.fn(crypto.randomBytes) as unknown as typeof crypto.randomBytes }
})

it('createMcpAuth takes a random value when it needs one, because Workers refuse them while modules load', async () => {
  const keyring = aKeyring()
  const { token } = await aToken(keyring)
  const taken = vi.mocked(randomBytes).mock.calls.length
  const auth = createMcpAuth(keyring)
  expect(randomBytes).toHaveBeenCalledTimes(taken)
  const headers = { 'mcp-session-id': 's1' }
  const mcp = auth.fetch({ fetch: () => new Response('{}', { headers }) })
  const body = JSON.stringify(initialize)
  const answer = await mcp(new Request('http://x/mcp', { method: 'POST', headers: mcpHeaders(token), body }))
  expect(answer.headers.get('mcp-session-id')).toMatch(/^s1\..{43}$/)
  expect(randomBytes).toHaveBeenCalledTimes(taken + 1)
})
