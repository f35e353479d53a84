import { beforeEach, describe, expect, it } from 'vitest'
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

  it('sees a spinner during long work, which is gone with the answer', async () => {
    const ran = await run(['doctor'], { keys: [] })
    expect(ran).toMatchObject({ code: 0, out: 'All is well.\n' })
    // The cursor is hidden, and comes back.
    expect(ran.err).toMatch(/\[\?25l[\s\S]*\[\?25h$/)
    expect((await run(['doctor'])).err).toBe('')
  })
})
