import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lifeOfAKey, rotation } from './scenes/life-of-a-key.js'
import { limits } from './scenes/limits.js'
import { openStream, toolLists, tools } from './scenes/mcp.js'
import { oneKey } from './scenes/one-key.js'
import { outage } from './scenes/outage.js'
import { oneBoard, rights } from './scenes/rights.js'
import { settingsPage } from './scenes/settings-page.js'
import { stats } from './scenes/stats.js'
import { webhooks } from './scenes/webhooks.js'
import { serveUntilStopped } from './serve.js'
import { type Outcome, setStage } from './stage.js'
import { startTaskBoard, type TaskBoard } from './start.js'
import { formatTable } from './table.js'

const scenes = [
  ...[oneKey, rights, oneBoard, lifeOfAKey, rotation, webhooks],
  ...[toolLists, tools, openStream, limits, outage, settingsPage, stats],
]

const folder = await mkdtemp(join(tmpdir(), 'task-board-'))
try {
  const board = await startTaskBoard(join(folder, 'task-board.sqlite'))
  try {
    if (process.argv.includes('--serve')) await serveUntilStopped(board)
    else await play(board)
  } finally {
    await board.close()
  }
} finally {
  await rm(folder, { recursive: true })
}

async function play(board: TaskBoard): Promise<void> {
  console.log(`A task board on ${board.origin}, with its keys in a SQLite file.`)
  console.log('The pepper that hashes the keys is random for this run; a product reads its own from a secret store.\n')
  const stage = setStage(board)
  const rows: (readonly string[])[] = []
  for (const scene of scenes) {
    const before = stage.outcomes.length
    await scene(stage)
    rows.push(...stage.outcomes.slice(before).map(rowOf), [])
  }
  console.log(formatTable(['What', 'Request', 'Answer'], rows))

  const { length } = stage.outcomes
  const surprises = stage.outcomes.filter(isSurprise).length
  if (surprises === 0) return console.log(`${length} answers, each as expected.`)
  console.error(`${surprises} of ${length} answers were not as expected.`)
  process.exitCode = 1
}

function isSurprise({ answer, expected }: Outcome): boolean {
  return answer !== expected
}

function rowOf(outcome: Outcome): readonly string[] {
  const { what, request, answer, expected } = outcome
  // Print only the preview of the key in the URL, because people copy what is printed.
  const shown = request.replace(/(tb_live_\w{4})\w+/, '$1…')
  return [what, shown, isSurprise(outcome) ? `${answer} (expected ${expected})` : answer]
}
