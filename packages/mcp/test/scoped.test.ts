import { InvalidOptions, ScopeUnknown } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { createMcpAuth } from '../src/index.js'
import { text } from './register.js'
import { aKeyring, aToken, full, partial } from './task-board.js'

describe('auth.scoped', () => {
  const ran = () => text('ran')

  it('refuses at once what registering would refuse', () => {
    const auth = createMcpAuth(aKeyring())
    expect(() => auth.scoped({ scopes: ['members.raed' as 'members.read'] }, ran)).toThrow(ScopeUnknown)
    expect(() => auth.scoped({ scopes: ['tasks.read'] }, ran)).toThrow(InvalidOptions)
    expect(() => auth.scoped({ scopes: [] }, ran)).toThrow(InvalidOptions)
    expect(() => auth.scoped(undefined as never, ran)).toThrow(InvalidOptions)
  })

  it('asks the same of the sender as scoped does', async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    const tool = auth.scoped({ scopes: ['members.manage'] }, (_extra: unknown) => text('ran'))
    const extraOf = async (input: object) => {
      const { token } = await aToken(keyring, input)
      const authInfo = await auth.gate(new Request('http://x/', { headers: { authorization: `Bearer ${token}` } }))
      return { authInfo }
    }
    expect(await tool(await extraOf(full))).toEqual(text('ran'))
    await expect(tool(await extraOf(partial))).rejects.toMatchObject({ code: -32003 })
    await expect(tool({})).rejects.toMatchObject({ code: -32001 })
  })
})
