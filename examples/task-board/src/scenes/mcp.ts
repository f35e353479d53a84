import { setTimeout as sleep } from 'node:timers/promises'
import { setLevel } from '../database.js'
import { byMia, editAll, mia } from '../people.js'
import type { Stage } from '../stage.js'

/** One server and three keys: each key sees the tools that it may use. */
export async function toolLists({ keyring, connect, attempt }: Stage): Promise<void> {
  const board = { mode: 'specific', levels: { launch: 'read' } } as const
  const all = await keyring.create({ name: 'assistant', owner: mia, scopes: ['*'], resources: editAll })
  const readOnly = await keyring.create({ name: 'overview', owner: mia, preset: 'read-only' })
  const watcher = await keyring.create({ name: 'watcher', owner: mia, resources: { board } })
  const list = async (what: string, token: typeof all.token, expected: string) => {
    const client = await connect(token)
    await attempt(what, 'tools/list', expected, client.tools)
    await client.close()
  }
  await list('all that Mia may do', all.token, 'boards_list, tasks_list, tasks_add, members_list')
  await list('a read-only key', readOnly.token, 'boards_list, members_list')
  await list('a key to read one board', watcher.token, 'tasks_list')
}

/** A tool is allowed or refused by what the owner may do on the board at that moment, on the connection that is open. */
export async function tools({ keyring, db, connect, attempt }: Stage): Promise<void> {
  const board = { mode: 'specific', levels: { launch: 'edit', hiring: 'read' } } as const
  const { token } = await keyring.create({ name: 'planner', owner: mia, resources: { board } }, byMia)
  const client = await connect(token)
  const refused = 'insufficient_scope: tasks.create'
  const add = (what: string, boardId: string, expected: string) =>
    attempt(what, `tasks_add, ${boardId}`, expected, () => client.call('tasks_add', { boardId, title: 'Order cake' }))

  await add('a key that may edit one board', 'launch', 'ok')
  await add('and only read another', 'hiring', refused)
  await setLevel(db, 'mia', 'launch', 'read')
  await add('Mia may only read it now', 'launch', refused)
  await attempt('which the key still may', 'tasks_list, launch', 'ok', () =>
    client.call('tasks_list', { boardId: 'launch' }),
  )
  await setLevel(db, 'mia', 'launch', 'edit')
  await add('Mia may edit it again', 'launch', 'ok')
  await client.close()
}

/** The stream of a revoked key is closed. */
export async function openStream({ keyring, connect, attempt }: Stage): Promise<void> {
  const { key, token } = await keyring.create({ name: 'old assistant', owner: mia, preset: 'read-only' })
  const client = await connect(token)
  await attempt('a key with an open stream', 'boards_list', 'ok', () => client.call('boards_list'))
  await keyring.revoke(key.id)
  await attempt('the key was revoked', 'its stream', 'closed', () =>
    Promise.race([client.streamIsOver.then(() => 'closed'), sleep(2_000, 'open', { ref: false })]),
  )
  await attempt('and a call after that', 'boards_list', '401 api_key_revoked', () => client.call('boards_list'))
  await client.close()
}
