import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { install } from '../support/install.mjs'
import { openV1, openV2 } from './sdks.js'
import { docsUrl, serveGuarded } from './serve.js'

const inspector = join(
  install('@modelcontextprotocol/inspector', '2.12.0'),
  '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
)

interface Printed {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

/** Runs the command line of the Inspector as a user does, in an empty home folder. */
function inspect(url: string, token: string, ...args: string[]): Promise<Printed> {
  const home = mkdtempSync(join(tmpdir(), 'keywright-inspector-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  // Without the second option, it first looks for an OAuth server, and nobody can answer its questions here.
  const how = ['--cli', url, '--transport', 'http', '--stored-auth-only', '--header', `Authorization: Bearer ${token}`]
  const env = { PATH: process.env.PATH ?? '', HOME: home }
  return new Promise((resolve) => {
    execFile(process.execPath, [inspector, ...how, ...args], { env }, (error, out, err) =>
      resolve({ exitCode: Number(error?.code ?? 0), out, err }),
    )
  })
}

describe.each([
  ['v1', openV1],
  ['v2', openV2],
] as const)('the command line of the Inspector, against a guarded server on SDK %s', (_sdk, openSession) => {
  it('lists and calls only what the key may use', async () => {
    const guarded = await serveGuarded(openSession)
    onTestFinished(guarded.close)
    const all = await guarded.aKey('all')
    const none = await guarded.aKey('none')
    const names = async (token: string) => {
      const { out } = await inspect(guarded.url, token, '--method', 'tools/list')
      return JSON.parse(out).tools.map(({ name }: { name: string }) => name)
    }
    expect(await names(all)).toContain('test_image_content')
    expect(await names(none)).toEqual(['test_simple_text'])
    const called = await inspect(guarded.url, all, '--method', 'tools/call', '--tool-name', 'test_simple_text')
    expect([called.exitCode, JSON.parse(called.out).content]).toEqual([
      0,
      [{ type: 'text', text: 'This is a simple text response for testing.' }],
    ])
  })

  it('shows why a key is refused and where to get one, but not the key', async () => {
    const guarded = await serveGuarded(openSession)
    onTestFinished(guarded.close)
    const token = await guarded.aKey('all')
    const bad = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`
    for (const method of [['tools/list'], ['tools/call', '--tool-name', 'test_simple_text']]) {
      const { exitCode, out, err } = await inspect(guarded.url, bad, '--method', ...method)
      expect(exitCode).not.toBe(0)
      expect(out + err).toContain(`How to get a key: ${docsUrl}`)
      expect(out + err).not.toContain(bad.slice(-20))
    }
  })
})
