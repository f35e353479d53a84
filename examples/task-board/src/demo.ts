import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Owner } from '@keywright/core'
import { sql } from 'kysely'
import { startTaskBoard, type TaskBoard } from './start.js'
import { formatTable } from './table.js'
import { type Outcome, send, type Visit } from './visit.js'

const mia: Owner = { type: 'user', id: 'mia', organizationId: 'acme' }
const ada: Owner = { type: 'user', id: 'ada', organizationId: 'acme' }
const editAll = { board: { mode: 'all', level: 'edit' } } as const

const folder = await mkdtemp(join(tmpdir(), 'task-board-'))
try {
  const board = await startTaskBoard(join(folder, 'task-board.sqlite'))
  try {
    console.log(`A task board on ${board.origin}, with its keys in a SQLite file.`)
    console.log(
      'The pepper that hashes the keys is random for this run; a product reads its own from a secret store.\n',
    )
    const outcomes = await tryEveryKindOfKey(board)
    console.log(layOut(outcomes))

    const surprises = outcomes.filter(({ isExpected }) => !isExpected).length
    if (surprises > 0) {
      console.error(`\n${surprises} of ${outcomes.length} requests were not answered as expected.`)
      process.exitCode = 1
    } else {
      console.log(`\n${outcomes.length} requests, each answered as expected.`)
      if (process.argv.includes('--serve')) await serveUntilStopped(board)
    }
  } finally {
    await board.close()
  }
} finally {
  await rm(folder, { recursive: true })
}

/** Creates keys of two people, and calls the API with them, over HTTP, in every state that a key can be in. */
async function tryEveryKindOfKey({ keyring, db, origin }: TaskBoard): Promise<readonly Outcome[]> {
  const laptop = await keyring.create({ name: 'laptop', owner: mia, scopes: ['*'], resources: editAll })
  const report = await keyring.create({ name: 'weekly report', owner: mia, preset: 'read-only' })
  const staging = await keyring.create({ name: 'staging', owner: mia, scopes: ['*'], environment: 'test' })
  const expiresAt = new Date(Date.now() + 500)
  const brief = await keyring.create({ name: 'brief', owner: mia, preset: 'read-only', expiresAt })
  const old = await keyring.create({ name: 'old laptop', owner: mia, preset: 'read-only' })
  const admin = await keyring.create({ name: 'admin script', owner: ada, scopes: ['*'], resources: editAll })

  const outcomes: Outcome[] = []
  const visit = async (what: string, request: string, expected: string, rest: Partial<Visit> = {}): Promise<void> => {
    outcomes.push(await send(origin, { what, request, expected, ...rest }))
  }
  const { token } = laptop
  const mistyped = mistype(token.reveal())
  const apiKey = { 'X-API-Key': token.reveal() }
  const task = { title: 'Write the announcement' }

  await visit("Mia's key", 'GET /boards', '200', { token })
  await visit('the same key in X-API-Key', 'GET /boards', '200', { headers: apiKey })
  await visit('Mia may edit this board', 'POST /boards/launch/tasks', '201', { token, body: task })

  await visit('no key', 'GET /boards', '401 api_key_missing')
  await visit('one letter mistyped', 'GET /boards', '401 api_key_invalid', { token: mistyped })
  await visit('two keys at once', 'GET /boards', '400 api_key_malformed', { token, headers: apiKey })
  await visit('a key in the URL', `GET /boards?key=${token.reveal()}`, '400 api_key_malformed')
  await visit('a key of the test environment', 'GET /boards', '401 api_key_invalid', { token: staging.token })

  const refused = '403 insufficient_scope'
  await visit('a read-only key', 'POST /boards/launch/tasks', refused, { token: report.token, body: task })
  await visit('the key may edit, Mia only read', 'POST /boards/hiring/tasks', refused, { token, body: task })
  await visit('the key may invite, Mia may not', 'POST /members', refused, { token, body: { name: 'Eve' } })
  await visit('Ada is an admin', 'POST /members', '201', { token: admin.token, body: { name: 'Bo' } })
  await db.updateTable('users').set({ role: 'viewer' }).where('id', '=', 'ada').execute()
  await visit('Ada was made a viewer', 'POST /members', refused, { token: admin.token, body: { name: 'Cy' } })
  await db.deleteFrom('users').where('id', '=', 'ada').execute()
  await visit('Ada has left', 'GET /boards', '401 owner_inactive', { token: admin.token })

  await keyring.disable(report.key.id)
  await visit('a disabled key', 'GET /members', '401 api_key_disabled', { token: report.token })
  await keyring.enable(report.key.id)
  await visit('the same key, enabled again', 'GET /members', '200', { token: report.token })
  await sleep(expiresAt.getTime() - Date.now() + 50)
  await visit('an expired key', 'GET /boards', '401 api_key_expired', { token: brief.token })
  await keyring.revoke(old.key.id)
  await visit('a revoked key', 'GET /boards', '401 api_key_revoked', { token: old.token })
  await keyring.delete(old.key.id)
  await visit('the same key, deleted', 'GET /boards', '401 api_key_invalid', { token: old.token })

  await sql`alter table api_keys rename to api_keys_lost`.execute(db)
  await visit('an outage: the keys cannot be read', 'GET /boards', '503 auth_unavailable', { token })
  // Its checksum is wrong, so that nobody has to look it up.
  await visit('mistyped, during the outage', 'GET /boards', '401 api_key_invalid', { token: mistyped })
  await sql`alter table api_keys_lost rename to api_keys`.execute(db)
  await visit('the outage is over', 'GET /boards', '200', { token })
  return outcomes
}

/** Changes one letter of the secret. */
function mistype(token: string): string {
  const at = token.length - 20
  return token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1)
}

function layOut(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ visit, status, code, isExpected }) => {
    // No more than the preview of the key in the URL: what is printed gets copied.
    const request = visit.request.replace(/(tb_live_\w{4})\w+/, '$1…')
    return [visit.what, request, String(status), isExpected ? code : `${code} (expected ${visit.expected})`.trim()]
  })
  return formatTable(['What', 'Request', 'Status', 'Code'], rows)
}

async function serveUntilStopped({ keyring, origin }: TaskBoard): Promise<void> {
  const good = await keyring.create({ name: 'curl', owner: mia, resources: editAll })
  const revoked = await keyring.create({ name: 'lost', owner: mia, preset: 'read-only' })
  await keyring.revoke(revoked.key.id)
  const bearer = (token: string) => `curl -i -H 'Authorization: Bearer ${token}'`
  const json = `-H 'Content-Type: application/json' -d '{"title":"Sent with curl"}'`

  console.log(`
Still serving. A good key adds a task, and reads the tasks:
  ${bearer(good.token.reveal())} ${json} ${origin}/boards/launch/tasks
  ${bearer(good.token.reveal())} ${origin}/boards/launch/tasks
Refused: what this key was not given, and a revoked key:
  ${bearer(good.token.reveal())} ${origin}/members
  ${bearer(revoked.token.reveal())} ${origin}/boards
Ctrl+C stops the server and removes the file.`)

  await new Promise((resolve) => {
    // Not `once`: Ctrl+C may arrive twice, from the terminal and from what started this process.
    process.on('SIGINT', resolve)
    process.on('SIGTERM', resolve)
  })
}
