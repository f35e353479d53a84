import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

it('shows the first example as it is in its file, which the compiler checks', () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  expect(shown).toBe(readFileSync(join(root, 'examples/first-steps/src/server.ts'), 'utf8'))
})

/** Starts the first example in `folder`, and gives the line that it prints. */
async function startFirstExample(folder: string) {
  const server = spawn(
    process.execPath,
    [
      '-C',
      '@keywright/source',
      '--import',
      import.meta.resolve('tsx'),
      join(root, 'examples/first-steps/src/server.ts'),
    ],
    {
      cwd: folder,
      env: { ...process.env, KEYWRIGHT_PEPPER: 'pepper of the test, 32 bytes or more', PORT: await freePort() },
    },
  )
  onTestFinished(() => void server.kill())
  const line = await new Promise<string>((resolve, reject) => {
    server.stdout.once('data', (data) => resolve(String(data)))
    server.stderr.once('data', (data) => reject(new Error(String(data))))
  })
  const stop = async () => {
    server.kill()
    await once(server, 'exit')
  }
  return { line, stop }
}

it('shows a first example that answers the curl line it prints, and makes no second key when it starts again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const first = await startFirstExample(folder)
  const [, token, url = ''] = /'Authorization: Bearer (\S+)' (\S+)/.exec(first.line) ?? []
  const good = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  expect(await good.json()).toEqual({ tasks: ['Write the release notes'], askedBy: { id: 'ada' } })
  expect((await fetch(url)).status).toBe(401)
  await first.stop()
  expect((await startFirstExample(folder)).line).toMatch(/^Ready\./)
})

/** A port that nobody listened on a moment ago. */
function freePort(): Promise<string> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.listen(0, () => {
      const address = probe.address()
      probe.close(() => resolve(String(typeof address === 'object' && address?.port)))
    })
  })
}

it('links only to what is there', async () => {
  const targets = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target ?? '')
  expect(targets.length).toBeGreaterThan(5)
  expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([])
})
