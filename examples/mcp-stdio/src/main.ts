// Starts the MCP server through the official client, with the key in an environment variable.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bo, connectionOf, openKeyring } from '@keywright/example-mcp-projects'
import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { openDatabase } from './database.js'

const folder = mkdtempSync(join(tmpdir(), 'mcp-stdio-'))
const file = join(folder, 'keys.sqlite')
const pepper = randomBytes(32).toString('hex')
const db = openDatabase(file)
await migrateToLatest(db)
const keyring = openKeyring(kyselyStore(db), pepper)
const { key, token } = await keyring.create({
  name: 'laptop',
  owner: bo,
  resources: { project: { mode: 'specific', levels: { apollo: 'work' } } },
})

const command = process.execPath
const args = [...process.execArgv, join(import.meta.dirname, 'server.ts')]
const env = (apiKey: string) => ({ KEYS_FILE: file, PEPPER: pepper, PROJECT: 'apollo', PROJECTS_API_KEY: apiKey })
async function connect(apiKey: string) {
  const client = new Client({ name: 'example', version: '1.0.0' })
  await client.connect(new StdioClientTransport({ command, args, env: env(apiKey), stderr: 'ignore' }))
  return connectionOf(client)
}

/** Starts the server with a bad key. Returns its one line on stderr, which does not contain the key. */
function refusal(apiKey: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { env: env(apiKey), encoding: 'utf8' })
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /^[^\n]+\n$/)
  assert.ok(!stderr.includes(apiKey))
  return stderr
}

try {
  const connection = await connect(token.reveal())
  assert.equal((await connection.tools()).length, 6)
  const task = { projectId: 'apollo', title: 'Pack a flag' }
  assert.equal(await connection.call('tasks_add', task), 'Pack a flag, by bo')
  assert.match(await connection.call('sprints_add', task), /Tool sprints_add not found/)
  await assert.rejects(connect('pm_mistyped'), /Connection closed/)
  assert.match(refusal('pm_mistyped'), /^PROJECTS_API_KEY: api_key_invalid: /)

  // The running server refuses the next message, and another server does not start with the key.
  await keyring.revoke(key.id)
  assert.match(await connection.call('tasks_add', task), /This API key was revoked/)
  assert.match(refusal(token.reveal()), /^PROJECTS_API_KEY: api_key_revoked: /)
  await connection.close()
} finally {
  await keyring.close()
  await db.destroy()
  rmSync(folder, { recursive: true })
}
console.log('mcp-stdio: ok')
