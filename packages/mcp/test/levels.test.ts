import type { Access, Keyring, KeyringEvent, OwnerAuthority, Principal } from '@keywright/core'
import { fetchRequest } from '@keywright/core/adapter'
import { describe, expect, it } from 'vitest'
import { decideEach } from '../src/caller/decide.js'
import { callerOfKey } from '../src/caller/key-caller.js'
import { createAdmit } from '../src/edge/admit.js'
import { access, aKeyring, aToken, full, hosts, partial } from './task-board.js'

/** An owner whose levels the host tells in one call, and what it was asked. */
function inOneCall() {
  const asked: (readonly string[])[] = []
  const authority: OwnerAuthority = {
    scopes: ['*'],
    levelsOf: async (_, ids) => {
      asked.push(ids)
      return Object.fromEntries(ids.map((id) => [id, 'edit']))
    },
  }
  return { asked, resolveOwner: () => authority }
}

const many = Array.from({ length: 3_000 }, (_, at) => `b${at}`)

describe.each(hosts)('$name', ({ serve, connect }) => {
  it('asks the host once for the levels of a list of resources, and once for suggestions (SCOPE-19)', async () => {
    const { asked, resolveOwner } = inOneCall()
    const { url, keyring } = await serve({}, aKeyring(undefined, { resolveOwner }))
    const client = await connect(url, (await aToken(keyring, partial)).token)
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'doc://help',
      'board://b1',
      'board://b2',
    ])
    expect(asked).toEqual([['b1', 'b2']])
    const ref = { type: 'ref/resource', uri: 'board://{boardId}' } as const
    const { completion } = await client.complete({ ref, argument: { name: 'boardId', value: '' } })
    expect(completion.values).toEqual(['b1', 'b2'])
    expect(asked).toEqual([
      ['b1', 'b2'],
      ['b1', 'b2'],
    ])
  })
})

/** The caller of a key that may do everything, of this owner. */
async function callerWith(authority: OwnerAuthority) {
  const keyring = aKeyring(undefined, { resolveOwner: () => authority })
  const verdict = await keyring.verify((await aToken(keyring, full)).token)
  if (!verdict.ok) throw new Error(verdict.refusal.code)
  const principal = verdict.principal as unknown as Principal // as a gate gives it out
  return callerOfKey(
    access as unknown as Access,
    principal,
    {},
    { meter: async () => null, ask: async (work) => work(), renew: async () => null },
  )
}

describe('many decisions (SCOPE-19)', () => {
  const onBoard = ({ id }: Readonly<Record<string, unknown>>) => ({ type: 'board', id })
  const calls = (scopes: readonly string[]) =>
    many.map((id) => ({ access: { scopes: scopes as never, on: onBoard }, args: { id } }))

  it('take one question to the host', async () => {
    const { asked, resolveOwner } = inOneCall()
    const caller = await callerWith(resolveOwner())
    const decisions = await decideEach(calls(['tasks.read', 'tasks.create']), caller)
    expect(decisions.filter(({ ok }) => ok)).toHaveLength(3_000)
    expect(asked).toEqual([many])
  })

  it('find the resources of all items at once, in their order, and levels in one question', async () => {
    const { asked, resolveOwner } = inOneCall()
    const waiting: (() => void)[] = []
    const on = ({ id }: Readonly<Record<string, unknown>>) =>
      new Promise<{ type: string; id: unknown }>((resolve) => {
        waiting.unshift(() => resolve({ type: 'board', id }))
        if (waiting.length === 300) for (const answer of waiting) answer()
      })
    const items = many.slice(0, 300).map((id) => ({ access: { scopes: ['tasks.read'] as never, on }, args: { id } }))
    const decisions = await decideEach(items, await callerWith(resolveOwner()))
    expect(decisions.filter(({ ok }) => ok)).toHaveLength(300)
    expect(asked).toEqual([many.slice(0, 300)])
  })

  it('take none where no scope is bound to a resource', async () => {
    const { asked, resolveOwner } = inOneCall()
    const caller = await callerWith(resolveOwner())
    expect((await decideEach(calls(['members.read']), caller)).every(({ ok }) => ok)).toBe(true)
    expect(asked).toEqual([])
  })

  it('are refused where the host tells levels one by one', async () => {
    let calledFor = 0
    const levels = () => {
      calledFor += 1
    }
    await expect(decideEach(calls(['tasks.read']), await callerWith({ scopes: ['*'], levels }))).rejects.toThrow(
      'A request needs more than 100 calls for levels.',
    )
    expect(calledFor).toBe(0)
  })
})

describe('a connection that is narrowed to many resources (SCOPE-19)', () => {
  async function admissionWith(authority: OwnerAuthority) {
    const events: KeyringEvent[] = []
    const options = { resolveOwner: () => authority, onEvent: (event: KeyringEvent) => void events.push(event) }
    const keyring = aKeyring(undefined, options)
    const { token } = await aToken(keyring, full)
    events.length = 0
    const admit = createAdmit(keyring as unknown as Keyring, { narrow: () => ({ board: many }) }) // as createMcpAuth takes it
    const request = new Request('http://x/mcp', { headers: { Authorization: `Bearer ${token}` } })
    return { admission: await admit(fetchRequest(request), request), events }
  }

  it('is admitted with one question to the host', async () => {
    const { asked, resolveOwner } = inOneCall()
    expect((await admissionWith(resolveOwner())).admission).toMatchObject({ ok: true })
    expect(asked).toEqual([many])
  })

  it('is refused as unavailable where the host tells levels one by one', async () => {
    const { admission, events } = await admissionWith({ scopes: ['*'], levels: () => 'edit' })
    expect(admission).toMatchObject({ ok: false, reply: { status: 503 } })
    expect(events).toMatchObject([{ type: 'keyring.outage_began', reason: 'mcp', error: { code: 'invalid_options' } }])
  })
})
