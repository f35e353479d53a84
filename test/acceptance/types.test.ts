import { describe, expect, it } from 'vitest'
import { compile } from '../../packages/core/test/types/compile.js'
import { testsEverything } from '../support/everything.js'

const product = `
  import { createKeyring, defineAccess, fetchGate, hmacSha256, memoryStore } from '@keywright/core'
  import { requireKey } from '@keywright/express'
  import '@keywright/fastify'
  import { requireKey as requireKeyInHono } from '@keywright/hono'
  import Fastify from 'fastify'
  const access = defineAccess({
    scopes: { 'members.read': 'See members', 'tasks.read': 'See tasks' },
    resources: { board: { levels: { read: ['tasks.read'] } } },
  })
  const hasher = hmacSha256({ current: 'p1', peppers: { p1: process.env.PEPPER } })
  const keyring = createKeyring({ prefix: 'tk', access, store: memoryStore(), hasher, resolveOwner: 'uncapped' })
  const owner = { type: 'organization', id: 'org1' } as const
`

describe.skipIf(!testsEverything)('scopes are checked by the compiler', () => {
  it.each([
    ['verify', "void keyring.verify('token', { scopes: ['SCOPE'] })"],
    ['create', "void keyring.create({ name: 'ci', owner, scopes: ['SCOPE'] })"],
    ['update', "void keyring.update('k1', { scopes: ['SCOPE'] })"],
    ['a principal', "void keyring.verify('token').then((verdict) => verdict.ok && verdict.principal.allows('SCOPE'))"],
    ['a guard of Express', "requireKey(keyring, { scopes: ['SCOPE'] })"],
    [
      'a route of Fastify, by the registered model',
      `declare module '@keywright/core' { interface Register { access: typeof access } }
       Fastify().get('/', { config: { scopes: ['SCOPE'] } }, async () => 1)`,
    ],
    ['a guard of Hono', "requireKeyInHono(keyring, { scopes: ['SCOPE'] })"],
    ['a guard of fetch', "fetchGate(keyring, { scopes: ['SCOPE'] })"],
  ])('B1: a misspelt scope in %s is a compiler error, and a right one is not', (_, code) => {
    expect(compile(product + code.replace('SCOPE', 'members.read'), import.meta.dirname)).toEqual([])
    const said = compile(product + code.replace('SCOPE', 'members.raed'), import.meta.dirname)
    expect(said).toEqual([expect.stringMatching(/^TS(2322|2345|2769|2820) .*/)])
  })
})
