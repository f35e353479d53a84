import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Progress, withProgress } from '../src/terminal/index.js'
import { migratedSqlite, type RunOptions, runHere } from './support/cli-world.js'

const enter = '\r'
const ctrlC = '\u0003'

let env: Readonly<Record<string, string>>
let token: string
let id: string
const run = (line: readonly string[], options: RunOptions = {}) => runHere(line, { env, ...options })
const statusOf = async () => JSON.parse((await run(['keys', 'show', id, '--json'])).out).key.status

beforeEach(async () => {
  env = (await migratedSqlite()).env
  token = (await run(['keys', 'create', 'ci', '--organization', 'acme'])).out.trim()
  id = token.split('_')[2] ?? ''
})

describe('a person at a terminal', () => {
  it('is asked before a key ends, by the name of the key', async () => {
    const ran = await run(['keys', 'revoke', id], { keys: ['y'] })
    expect(ran).toMatchObject({ code: 0, out: `Key ${id} is revoked.\n` })
    expect(ran.err).toContain(`Revoke for good key ${id}, ci, of organization acme?`)
    expect(await statusOf()).toBe('revoked')
  })

  it.each([
    ['says no', ['n']],
    ['only presses Enter', [enter]],
    ['leaves', [ctrlC]],
  ])('who %s has changed nothing: exit 130', async (_, keys) => {
    const ran = await run(['keys', 'delete', id], { keys })
    expect(ran).toMatchObject({ code: 130, out: '' })
    expect(ran.err).toContain('Cancelled: nothing was changed. (cancelled)')
    expect(await statusOf()).toBe('active')
  })

  it('is not asked with --yes', async () => {
    expect((await run(['keys', 'disable', id, '--yes'], { keys: [] })).err).toBe('')
  })

  it('types a token that nobody sees', async () => {
    const ran = await run(['verify'], { keys: [token, enter] })
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining(id) })
    const secret = token.split('_')[3] ?? ''
    expect(ran.out + ran.err).not.toContain(secret.slice(0, 6))
  })

  it('types no token where it would be seen: standard error is no terminal', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    stdin.end(token)
    expect(await run(['verify'], { stdin })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^The token would be seen while it is typed/),
    })
  })

  it('sees a line during long work, which is gone with the answer', async () => {
    const ran = await run(['doctor'], { keys: [] })
    expect(ran).toMatchObject({ code: 0, out: 'All is well.\n' })
    expect(ran.err).toBe('\r\u001b[2KExamining …\r\u001b[2K')
    expect((await run(['doctor'])).err).toBe('')
  })

  it('can end long work with Ctrl-C: neither keys nor signals are taken by the line about it', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => expect.unreachable() })
    const stderr = Object.assign(new PassThrough(), { isTTY: true })
    const io = { stdin, stderr, stdout: new PassThrough(), env: {}, folder: '', modules: { load: async () => null } }
    const heard = () => [
      ...['SIGINT', 'SIGTERM', 'exit', 'uncaughtException'].map((name) => process.listenerCount(name)),
      ...['data', 'readable', 'keypress'].map((name) => stdin.listenerCount(name)),
    ]
    const before = heard()
    const work = async ({ say }: Progress) => {
      say('Still waiting')
      return heard()
    }
    expect(await withProgress(io, 'Waiting', work)).toEqual(before)
  })
})
