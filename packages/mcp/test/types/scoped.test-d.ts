// Promise: where the access model is known, a tool requires only its scopes and resource types, and its handler keeps its types.
import { defineAccess, type Keyring, type Principal } from '@keywright/core'
import { createMcpAuth, type McpAccess, scoped } from '@keywright/mcp'

const access = defineAccess({
  scopes: { 'members.read': '', 'tasks.read': '' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})
declare const keyring: Keyring<typeof access>
const auth = createMcpAuth(keyring)

const handler = async ({ boardId }: { readonly boardId: string }, extra: unknown) => {
  const principal: Principal<typeof access> = auth.principal(extra)
  principal.allows('members.read')
  // @ts-expect-error misspelt
  principal.allows('members.raed')
  // @ts-expect-error an unknown resource type
  await principal.levelOn('bord', boardId)
  return { content: [] }
}
const onBoard = ({ boardId }: Readonly<Record<string, unknown>>) => ({ type: 'board', id: boardId }) as const
export const kept: typeof handler = auth.scoped({ scopes: ['tasks.read'], on: onBoard }, handler)
auth.scoped({ scopes: ['tasks.read'], on: ({ boardId }) => ({ type: 'board', id: boardId }) }, handler)
auth.scoped({ scopes: ['tasks.read'], on: async () => null }, handler)
auth.scoped('public', handler)

// @ts-expect-error misspelt
auth.scoped({ scopes: ['tasks.raed'] }, handler)
// @ts-expect-error a wildcard
auth.scoped({ scopes: ['tasks.*'] }, handler)
// @ts-expect-error an unknown resource type
auth.scoped({ scopes: ['tasks.read'], on: ({ boardId }) => ({ type: 'bord', id: boardId }) }, handler)
// @ts-expect-error an unknown resource type, later
auth.scoped({ scopes: ['tasks.read'], on: async ({ boardId }) => ({ type: 'bord', id: boardId }) }, handler)
// @ts-expect-error no requirement
auth.scoped({}, handler)

auth.declare({
  tools: { report: { scopes: ['members.read'] } },
  prompts: { plan: 'public' },
  resources: { 'log://{id}': { scopes: ['tasks.read'], on: ({ id }) => ({ type: 'board', id }) } },
})
// @ts-expect-error misspelt
auth.declare({ tools: { report: { scopes: ['members.raed'] } } })
// @ts-expect-error an unknown resource type
auth.declare({ resources: { 'log://{id}': { scopes: ['tasks.read'], on: ({ id }) => ({ type: 'bord', id }) } } })

export const listed: McpAccess<typeof access> = { scopes: ['members.read'] }
// @ts-expect-error misspelt
export const misspelt: McpAccess<typeof access> = { scopes: ['members.raed'] }

// Without a model, any name compiles, and is checked when it is registered.
scoped({ scopes: ['members.raed'] }, handler)
