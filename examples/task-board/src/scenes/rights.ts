import { setLevel } from '../database.js'
import { ada, byMia, editAll, mia } from '../people.js'
import type { Stage } from '../stage.js'

const refused = '403 insufficient_scope'
const task = { title: 'Write the announcement' }

/** A key may do the lower of what it was given and what its owner may do now. */
export async function rights({ keyring, db, visit, attempt }: Stage): Promise<void> {
  const { token } = await keyring.create({ name: 'script', owner: mia, scopes: ['*'], resources: editAll })
  const report = await keyring.create({ name: 'weekly report', owner: mia, preset: 'read-only' })
  const admin = await keyring.create({ name: 'admin script', owner: ada, scopes: ['*'], resources: editAll })

  await visit('a read-only key', 'POST /boards/launch/tasks', refused, { token: report.token, body: task })
  await visit('Mia may edit this board', 'POST /boards/launch/tasks', '201', { token, body: task })
  await visit('the key may edit, Mia only read', 'POST /boards/hiring/tasks', refused, { token, body: task })
  await visit('the key may invite, Mia may not', 'POST /members', refused, { token, body: { name: 'Eve' } })
  await attempt('Mia gives what she lacks', 'keyring.create', 'scope_exceeds_actor: members.invite', async () => {
    await keyring.create({ name: 'inviter', owner: mia, scopes: ['members.invite'] }, byMia)
    return 'created'
  })

  await visit('Ada is an admin', 'POST /members', '201', { token: admin.token, body: { name: 'Bo' } })
  await db.updateTable('users').set({ role: 'viewer' }).where('id', '=', 'ada').execute()
  await visit('Ada was made a viewer', 'POST /members', refused, { token: admin.token, body: { name: 'Cy' } })
  await db.deleteFrom('users').where('id', '=', 'ada').execute()
  await visit('Ada has left', 'GET /boards', '401 owner_inactive', { token: admin.token })
}

/** A key for one board follows what its owner may do there. */
export async function oneBoard({ keyring, db, visit }: Stage): Promise<void> {
  const board = { mode: 'specific', levels: { launch: 'edit' } } as const
  const { token } = await keyring.create({ name: 'launch bot', owner: mia, resources: { board } }, byMia)

  await visit('a key for one board', 'POST /boards/launch/tasks', '201', { token, body: task })
  await visit('another board', 'GET /boards/hiring/tasks', refused, { token })
  await setLevel(db, 'mia', 'launch', 'read')
  await visit('Mia may only read it now', 'POST /boards/launch/tasks', refused, { token, body: task })
  await visit('which the key still may', 'GET /boards/launch/tasks', '200', { token })
  await setLevel(db, 'mia', 'launch', null)
  await visit('Mia was taken off the board', 'GET /boards/launch/tasks', refused, { token })
  await setLevel(db, 'mia', 'launch', 'edit')
  await visit('Mia may edit it again', 'POST /boards/launch/tasks', '201', { token, body: task })
}
