import { completable as completableV1 } from '@modelcontextprotocol/sdk/server/completable.js'
import { ResourceTemplate as TemplateV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { completable as completableV2, ResourceTemplate as TemplateV2 } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { z as z4 } from 'zod/v4'
import { type AnyHandler, type McpAuth, scoped } from '../src/index.js'
import type { Board } from './task-board.js'

/** What differs between the two SDKs. `unknown` stands for types that each SDK takes from its own zod. */
export interface Sdk {
  readonly z: { string(): { trim(): unknown } }
  /** v1 takes the fields of a schema, v2 an object schema of them. */
  object(fields: Readonly<Record<string, unknown>>): unknown
  completable(schema: unknown, complete: () => string[]): unknown
  readonly Template: new (uri: string, callbacks: TemplateCallbacks) => unknown
}

interface TemplateCallbacks {
  readonly list: (() => { resources: { uri: string; name: string }[] }) | undefined
  readonly complete?: Record<string, () => string[]>
}

export const v1: Sdk = {
  z,
  object: (fields) => fields,
  completable: completableV1 as Sdk['completable'], // typed by v1's own zod
  Template: TemplateV1,
}

export const v2: Sdk = {
  z: z4,
  object: (fields) => z4.object(fields as Record<string, z4.ZodType>), // all fields below are made with `z4`
  completable: completableV2 as Sdk['completable'], // typed by v2's own zod
  Template: TemplateV2,
}

/** The registering methods, which have the same names in both SDKs. */
interface Registrar {
  registerTool(name: string, config: object, handler: AnyHandler): unknown
  registerPrompt(name: string, config: object, handler: AnyHandler): unknown
  registerResource(name: string, place: unknown, config: object, handler: AnyHandler): unknown
}

const boards = ['b1', 'b2', 'b3']
const onBoard = ({ boardId }: Readonly<Record<string, unknown>>) => ({ type: 'board', id: boardId })

/** A tool result, or the content of one, with one text. */
export const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const message = (value: string) => ({
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: value } }],
})
const contents = (uri: URL) => ({ contents: [{ uri: uri.href, text: `content of ${uri.href}` }] })

/** The boards for which `tasks_create` ran. */
export const ran: string[] = []

type Principals = Pick<McpAuth<Board>, 'principal'>

/** Every tool: its name, its input, and its handler. */
function toolsOf(auth: Principals, { z, object }: Sdk): [name: string, config: object, handler: AnyHandler][] {
  const createTask = async ({ boardId }: { readonly boardId: string }, extra: unknown) => {
    ran.push(boardId)
    const widened = auth.principal(extra).narrowTo({ board: boards })
    const reached: string[] = []
    for (const id of boards) if ((await widened.levelOn('board', id)) !== null) reached.push(id)
    return text(`created on ${boardId}, reaches ${reached.join()}`)
  }
  const remove = ({ id }: { readonly id: string }) => text(id.toUpperCase())
  const task = object({ boardId: z.string().trim(), title: z.string() })
  return [
    ['whoami', {}, scoped('public', (extra: unknown) => text(auth.principal(extra).key.id))],
    ['members_remove', { inputSchema: object({ id: z.string() }) }, scoped({ scopes: ['members.manage'] }, remove)],
    ['tasks_create', { inputSchema: task }, scoped({ scopes: ['tasks.create'], on: onBoard }, createTask)],
    ['report', {}, scoped({ scopes: ['members.read'], cost: 5 }, () => text('report'))],
    ['forgotten', {}, () => text('nobody said who may')],
  ]
}

/** Registers the tools, prompts and resources of the task board on a server of either SDK. */
export function register<S>(server: S, auth: Principals, sdk: Sdk): S {
  const registrar = server as Registrar // the methods without what each SDK infers from the schemas
  const { z, object, completable, Template } = sdk
  for (const [name, config, handler] of toolsOf(auth, sdk)) registrar.registerTool(name, config, handler)

  const invited = { argsSchema: object({ name: completable(z.string(), () => ['Secret Sue']) }) }
  const invite = ({ name }: { readonly name: string }) => message(name)
  registrar.registerPrompt('invite', invited, scoped({ scopes: ['members.manage'] }, invite))
  registrar.registerPrompt(
    'hello',
    {},
    scoped('public', () => message('hello')),
  )

  const board = new Template('board://{boardId}', {
    list: () => ({ resources: boards.map((id) => ({ uri: `board://${id}`, name: id })) }),
    complete: { boardId: () => boards },
  })
  const member = new Template('member://{id}', { list: undefined })
  registrar.registerResource('members', 'doc://members', {}, scoped({ scopes: ['members.manage'] }, contents))
  registrar.registerResource('help', 'doc://help', {}, scoped('public', contents))
  registrar.registerResource('board', board, {}, scoped({ scopes: ['tasks.read'], on: onBoard }, contents))
  registrar.registerResource('member', member, {}, scoped({ scopes: ['members.manage'] }, contents))
  return server
}
