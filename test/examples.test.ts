import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const examples = join(import.meta.dirname, '../examples')
const tsx = ['-C', '@keywright/source', '--import', import.meta.resolve('tsx')]

// The scripts that run to their end; `first-steps` serves, and has a test with the README.
const scripts = readdirSync(examples).flatMap((name) => {
  const { scripts = {} } = JSON.parse(readFileSync(join(examples, name, 'package.json'), 'utf8'))
  const [, script] = /(src\/(?:main|demo)\.ts)$/.exec(scripts.demo ?? scripts.start) ?? []
  return script === undefined ? [] : [[name, script] as const]
})

describe('examples', () => {
  it('are there: one for each framework, and for each way to serve MCP', () => {
    const mcp = ['mcp-express', 'mcp-hono', 'mcp-stdio']
    expect(scripts.map(([name]) => name)).toEqual(['fastify', 'fetch', 'hono', ...mcp, 'task-board'])
  })

  it.each(scripts)('%s calls itself, and gets the answers it expects', async (name, script) => {
    // Rejects where the script ends with a fault; each checks its own answers.
    const { stdout } = await promisify(execFile)(process.execPath, [...tsx, script], { cwd: join(examples, name) })
    expect(stdout).toMatch(/ok\n$|each (answered )?as expected\.\n$/)
  })
})
