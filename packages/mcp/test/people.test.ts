import type { KeyringEvent } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { createMcpAuth, type Login } from '../src/index.js'
import { aKeyring, aToken, full } from './task-board.js'

/** A person, as a product's own login has them. */
interface Account extends Login {
  readonly email: string
}

const ann: Account = {
  id: 'ann',
  email: 'ann@example.com',
  allows: (scope) => scope === 'members.read' || scope === 'tasks.read',
  allowsOn: () => true,
}

const isOf = (name: string) => (request: { readonly fields: readonly (readonly [string, string])[] }) =>
  request.fields.some(([field, value]) => field.toLowerCase() === 'authorization' && value === `Bearer ${name}`)

function open() {
  const events: KeyringEvent[] = []
  const keyring = aKeyring(undefined, { onEvent: (event) => void events.push(event) })
  const auth = createMcpAuth(keyring, { fallback: (request) => (isOf('ann')(request) ? ann : null) })
  return { keyring, auth, events }
}

/** The last argument of a handler, for a message with this bearer token. */
async function extraOf(auth: Pick<ReturnType<typeof open>['auth'], 'gate'>, bearer: string) {
  const headers = { authorization: `Bearer ${bearer}` }
  const authInfo = await auth.gate(new Request('http://localhost/mcp', { method: 'POST', headers }))
  if (authInfo instanceof Response) throw new Error(`refused: ${authInfo.status}`)
  return { authInfo }
}

describe('caller', () => {
  it('gives handlers the login that fallback returned, with the fields of its own type (O9)', async () => {
    const { auth } = open()
    const caller = auth.caller(await extraOf(auth, 'ann'))
    if (caller?.type !== 'login') throw new Error('no login')
    const email: string = caller.login.email
    expect([caller.login, email]).toEqual([ann, 'ann@example.com'])
    // @ts-expect-error the host's login has no such field
    expect(caller.login.phone).toBeUndefined()
  })

  it('gives handlers the key on the same endpoint (B13)', async () => {
    const { auth, keyring } = open()
    const { token, id } = await aToken(keyring, full)
    const caller = auth.caller(await extraOf(auth, token))
    expect(caller?.type === 'key' && caller.principal.key.id).toBe(id)
  })

  it('is named by the error of principal for a person', async () => {
    const { auth } = open()
    const extra = await extraOf(auth, 'ann')
    expect(() => auth.principal(extra)).toThrow(/auth\.caller\(extra\)/)
  })
})

describe('AuthInfo', () => {
  it('has the scopes of a key and of a person that are not bound to a resource (O9)', async () => {
    const { auth, keyring } = open()
    const { token } = await aToken(keyring, full)
    expect((await extraOf(auth, token)).authInfo.scopes).toEqual(['members.read', 'members.manage'])
    expect((await extraOf(auth, 'ann')).authInfo.scopes).toEqual(['members.read'])
  })

  it('has no scopes of a person about whom the host cannot say it, and the host is told', async () => {
    const { keyring, events } = open()
    const allows = () => {
      throw new Error('connect ECONNREFUSED postgres://svc:hunter2@db')
    }
    const { authInfo } = await extraOf(createMcpAuth(keyring, { fallback: () => ({ ...ann, allows }) }), 'x')
    expect(authInfo.scopes).toEqual([])
    await expect.poll(() => events.map(({ type }) => type)).toContain('keyring.outage_began')
  })

  it('has nothing of a login but its id', async () => {
    const { auth } = open()
    expect(JSON.stringify((await extraOf(auth, 'ann')).authInfo)).not.toContain('ann@example.com')
  })
})
