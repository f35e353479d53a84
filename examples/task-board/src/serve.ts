import { clientConfig } from '@keywright/mcp/client-config'
import { editAll, mia } from './people.js'
import { addSampleKeys } from './sample-keys.js'
import type { TaskBoard } from './start.js'

/** Serves the settings page with sample keys, prints `curl` lines to play with, and waits for Ctrl+C. */
export async function serveUntilStopped(board: TaskBoard): Promise<void> {
  const { keyring, origin } = board
  await addSampleKeys(board)
  const good = await keyring.create({ name: 'curl', owner: mia, resources: editAll })
  const revoked = await keyring.create({ name: 'lost', owner: mia, preset: 'read-only' })
  await keyring.revoke(revoked.key.id)
  const bearer = (token: string) => `curl -i -H 'Authorization: Bearer ${token}'`
  const { command } = clientConfig('claude-code', { name: 'task-board', url: `${origin}/mcp` })
  const json = `-H 'Content-Type: application/json' -d '{"title":"Sent with curl"}'`

  console.log(`Settings > API keys: ${origin}/ (you are Ada, an admin, with sample keys)
Somebody else: ${origin}/sign-in/mia is a member, ${origin}/sign-in/gus has another organization, with a free plan.

A good key adds a task, and reads the tasks:
  ${bearer(good.token.reveal())} ${json} ${origin}/boards/launch/tasks
  ${bearer(good.token.reveal())} ${origin}/boards/launch/tasks
Refused: what this key was not given, and a revoked key:
  ${bearer(good.token.reveal())} ${origin}/members
  ${bearer(revoked.token.reveal())} ${origin}/boards
The same key in an MCP client, here Claude Code:
  export TASK_BOARD_API_KEY='${good.token.reveal()}'
  ${command}
Ctrl+C stops the server and removes the file.`)

  await new Promise((resolve) => {
    // Not `once`: Ctrl+C may arrive twice, from the terminal and from what started this process.
    process.on('SIGINT', resolve)
    process.on('SIGTERM', resolve)
  })
}
