import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { defineAccess, memoryStore } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { issueTestKey, testKeyring, testOwners } from '../src/app.js'

const run = promisify(execFile)
const fixtures = join(import.meta.dirname, 'fixtures')
const access = defineAccess({
  scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' },
  roles: { planner: ['tasks.*'] },
})

/** Runs Node where Vitest cannot be imported. */
function nodeWithoutVitest(...args: readonly string[]) {
  // A worker's own variables would tell the child that it is one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|CI$|NODE_)/.test(name)),
  )
  const imports = [import.meta.resolve('tsx'), join(fixtures, 'refuse-vitest.mjs')].flatMap((one) => ['--import', one])
  return run(process.execPath, ['--conditions=@keywright/source', ...imports, ...args], { cwd: fixtures, env })
}

describe('without Vitest', () => {
  it('the tests of an application pass in the test runner of Node, and their process ends', async () => {
    const { stdout } = await nodeWithoutVitest('--test', '--test-reporter=tap', 'task-app.fixture.ts')
    expect(stdout).toMatch(/^# tests 7$/m)
    expect(stdout).toMatch(/^# pass 7$/m)
  })

  it('the suites for stores and adapters cannot be imported: they are tests of Vitest', async () => {
    const importing = nodeWithoutVitest('--input-type=module', '--eval', `await import('@keywright/testkit')`)
    await expect(importing).rejects.toThrow('Vitest is not installed here')
  })
})

describe('testKeyring of an application', () => {
  it('knows the names of its access model, when it compiles and when it runs', async () => {
    const { keyring, authorities } = testKeyring(access)
    await issueTestKey(keyring, { scopes: ['tasks.*'], roles: ['planner'] })
    // @ts-expect-error a scope that the model does not have
    await expect(issueTestKey(keyring, { scopes: ['tasks.write'] })).rejects.toMatchObject({ code: 'scope_unknown' })
    // @ts-expect-error a role that the model does not have
    authorities.set('u1', { roles: ['plannner'] })
    const verdict = await keyring.verify('x', { scopes: ['tasks.read'] })
    // @ts-expect-error a scope that the model does not have
    if (verdict.ok) verdict.principal.allows('tasks.write')
  })

  it('begins at the time of the system, which stands still', async () => {
    const before = Date.now()
    const { clock } = testKeyring(access)
    expect(clock.at).toBeGreaterThanOrEqual(before)
    expect(clock.at).toBeLessThanOrEqual(Date.now())
    await expect.poll(() => Date.now()).toBeGreaterThan(clock.at + 1)
    expect(clock.now().getTime()).toBe(clock.at)
    expect(testKeyring(access, { startAt: new Date(0) }).clock.at).toBe(0)
  })

  it.each([-1, 0.5, Number.NaN, '1000'])('does not move its clock by %s', (ms) => {
    const { clock } = testKeyring(access)
    const { at } = clock
    expect(() => clock.advance(ms as number)).toThrow('ms must be a whole number of milliseconds, 0 or more')
    expect(clock.at).toBe(at)
  })

  it('does not set its clock to what is no instant', () => {
    const { clock } = testKeyring(access)
    expect(() => clock.set(new Date('tomorrow'))).toThrow('instant must be a valid Date.')
    expect(() => testKeyring(access, { startAt: new Date(Number.NaN) })).toThrow('Option startAt must be a valid Date.')
  })

  it('counts failed attempts by its clock', async () => {
    const { keyring, clock } = testKeyring(access, { failureLimit: { limit: 1, windowMs: 60_000 } })
    const { token } = await issueTestKey(keyring)
    const guess = `${token.slice(0, -12)}${'x'.repeat(12)}`
    const { token: other } = await issueTestKey(testKeyring(access).keyring)
    const from = { ip: '192.0.2.1' }
    const codeOf = async (text: string) => {
      const verdict = await keyring.verify(text, from)
      return verdict.ok ? 'ok' : verdict.refusal.code
    }
    expect(await codeOf(guess)).toBe('api_key_invalid') // its checksum is wrong: it is no attempt
    expect(await codeOf(other)).toBe('api_key_invalid')
    expect(await codeOf(token)).toBe('rate_limited')
    clock.advance(60_000)
    expect(await codeOf(token)).toBe('ok')
  })

  it('takes options of createKeyring, and refuses those that there are not', async () => {
    const { keyring, breakStore } = testKeyring(access, { prefix: 'app', store: memoryStore() })
    const { token } = await issueTestKey(keyring, { name: 'ci', owner: testOwners.organization })
    expect(token).toMatch(/^app_live_/)
    expect(() => breakStore()).toThrow('leave the option store out')
    const wrong: readonly object[] = [{ zzz: true }, { access }]
    for (const options of wrong) {
      expect(() => testKeyring(access, options)).toThrow(/^Unknown option (zzz|access)\./)
    }
  })

  it('has the default of createKeyring for an option that is undefined', async () => {
    const { keyring } = testKeyring(access, { environment: undefined, environments: undefined })
    expect((await issueTestKey(keyring)).token).toMatch(/^tk_\w{12}_/)
  })
})
