import { join } from 'node:path'
import type { Keyring } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { fixtures, newFolder, runHere, testedEngines } from './support/cli-world.js'

let loads = 0

describe.each(testedEngines())('verify of a delegated token, on $name', ({ open }) => {
  /** A product with one key, and tokens that it delegates. */
  async function delegating() {
    const { env, options } = await open()
    expect(await runHere(['migrate'], { env })).toMatchObject({ code: 0 })
    const line = ['keys', 'create', 'agent', '--organization', 'acme', '--scope', 'tasks.read,tasks.move', '--json']
    const { key, token } = JSON.parse((await runHere(line, { env })).out)
    /** What the product gives out, in a process of its own. */
    const delegate = async (scopes: string[], from: string, more: object = {}) => {
      const { keyring, close } = await openProduct(env)
      const verdict = await keyring.verify(from)
      if (!verdict.ok) throw new Error(`refused: ${verdict.refusal.code}`)
      const made = await keyring.delegate(verdict.principal, { scopes, ...more })
      await keyring.close()
      await close()
      return { ...made, text: made.token.reveal() }
    }
    const verify = (text: string, ...more: string[]) => runHere(['verify', ...more], { env, input: text })
    return { env, options, id: key.id as string, token: token as string, delegate, verify }
  }

  async function openProduct(env: Readonly<Record<string, string>>) {
    loads += 1
    for (const [name, value] of Object.entries(env)) process.env[name] = value
    const loaded = await import(`${join(fixtures, 'keywright.config.ts')}?delegated=${loads}`)
    return loaded.default as { readonly keyring: Keyring; readonly close: () => Promise<void> } // of the fixtures
  }

  it('says so, with its key, its depth, what it was narrowed to, and its end', async () => {
    const { id, token, delegate, verify } = await delegating()
    const once = await delegate(['tasks.*'], token, { resources: { board: ['b1', 'b2'] } })
    const twice = await delegate(['tasks.read'], once.text, { resources: { board: ['b1'] } })
    const seconds = twice.expiresAt.toISOString().slice(0, 19).replace('T', ' ')
    const { code, out } = await verify(twice.text)
    expect([code, out.split('\n').map((row) => row.replace(/ +/g, ' '))]).toEqual([
      0,
      [
        'The token is good. A key has delegated it.',
        ...[`key ${id}`, 'name agent', 'owner organization acme', 'scopes tasks.read', 'expires -', 'token current'],
        ...[`delegated as ${twice.delegateId}`, `by key ${id}`, 'depth 2', 'narrowed to tasks.*', 'then to tasks.read'],
        ...['only on board: b1', `until ${seconds}Z`, ''],
      ],
    ])
    const { delegation, ...rest } = JSON.parse((await verify(once.text, '--json')).out)
    expect(rest).toMatchObject({ ok: true, key: { id }, scopes: ['tasks.read', 'tasks.move'], token: 'current' })
    expect(delegation).toEqual({
      id: once.delegateId,
      depth: 1,
      expiresAt: once.expiresAt.toISOString(),
      scopes: [['tasks.*']],
      resources: { board: ['b1', 'b2'] },
    })
    expect(await verify(once.text, '--scope', 'members.read')).toMatchObject({ code: 1 })
    // The key's own token is no delegated one.
    expect(JSON.parse((await verify(token, '--json')).out)).toMatchObject({ ok: true, delegation: null })
    expect((await verify(token)).out).not.toContain('delegated')
  })

  it('says it with a database alone, too, and that it has ended with its key', async () => {
    const { env, options, id, token, delegate, verify } = await delegating()
    const { text, delegateId } = await delegate(['tasks.read'], token)
    const place = ['verify', ...options, '--prefix', 'tk', '--environment', 'live', '--json']
    const alone = { folder: newFolder(), env: { KEYWRIGHT_PEPPER: 'the pepper of these tests, 32 bytes' }, input: text }
    expect(JSON.parse((await runHere(place, alone)).out)).toMatchObject({
      ok: true,
      key: { id },
      delegation: { id: delegateId, depth: 1, scopes: [['tasks.read']] },
    })
    expect(await runHere(['keys', 'disable', id, '--yes'], { env })).toMatchObject({ code: 0 })
    expect(await verify(text, '--json')).toMatchObject({ code: 1, out: expect.stringContaining('api_key_disabled') })
  })
})
