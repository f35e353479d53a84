import { memoryRateLimiter, type RateLimiter, type Sealer } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { everything, open, type Product, type TestOptions, testSealer } from './setup.js'

const once = { headers: { 'Idempotency-Key': '"order-1"' } }
const body = { name: 'ci', scopes: ['members.read'] }

/** A product whose store, clock and host can be changed once a key was made. */
function openSwitched(options: TestOptions = {}) {
  const state = { at: Date.UTC(2040, 0, 1), isFresh: true as unknown, limiterFails: false, sealerFails: false }
  const fail = () => Promise.reject(new Error('down'))
  const taken = { admitted: true, states: [], degraded: false } as const
  const revealLimiter: RateLimiter = { take: () => (state.limiterFails ? fail() : Promise.resolve(taken)) }
  const seals: Sealer = {
    ...testSealer,
    open: (...args) => {
      if (state.sealerFails) throw new Error('not ours')
      return testSealer.open(...args)
    },
  }
  const product = open({
    reveal: seals,
    clock: { now: () => new Date(state.at) },
    ...options,
    api: {
      hostTimeoutMs: 20,
      assertFresh: () => {
        if (state.isFresh === 'throws') throw new Error('down')
        return state.isFresh as boolean // a host may return anything
      },
      revealLimiter,
      ...options.api,
    },
  })
  return { ...product, state }
}

type Switched = ReturnType<typeof openSwitched>

interface Row {
  /** How the product is opened. */
  readonly options?: TestOptions
  /** Who asks. @defaultValue ada, who may do everything */
  readonly as?: (product: Switched) => Promise<string>
  /** What changes after the key was made. */
  readonly meanwhile?: (product: Switched, id: string) => unknown
  /** Whether the key expires in eight minutes. @defaultValue false: never */
  readonly expires?: boolean
  /** What a reveal answers. */
  readonly reveal: number
  /** What the same request sent again answers. @defaultValue what it did first, where a reveal is not refused; else 409 */
  readonly replay?: number
  /** The code of the same rotation sent again, where the key cannot be rotated any more. */
  readonly rotate?: string
}

/** A member who may make keys, and whatever `scopes` says besides. */
const withScopes =
  (...scopes: string[]) =>
  async ({ people, org }: Product) => {
    people[org] = { ...people[org], lea: ['api_keys.read', 'api_keys.create', 'members.read', ...scopes] }
    return 'lea'
  }
const robot = async ({ create }: Product) => `key:${(await create('ada', { name: 'robot', scopes: everything })).id}`
const keys: TestOptions = { allowKeyManagement: true, api: { allowKeys: true } }
const rows: Readonly<Record<string, Row>> = {
  'nothing stands in the way': { reveal: 200 },
  'the permission to reveal is all that they have more': { as: withScopes('api_keys.reveal'), reveal: 200 },
  'the option permissions lets everybody reveal': {
    as: withScopes(),
    options: { api: { permissions: { reveal: 'anyone' } } },
    reveal: 200,
  },
  'the key has expired': {
    expires: true,
    meanwhile: ({ state }) => Object.assign(state, { at: state.at + 480_000 }),
    reveal: 200,
    rotate: 'invalid_state',
  },

  'the caller lacks the permission to reveal': { as: withScopes(), reveal: 403 },
  'the caller lost the permission to reveal': {
    as: withScopes('api_keys.reveal'),
    meanwhile: withScopes(),
    reveal: 403,
  },
  'the option permissions names another scope': {
    as: withScopes('api_keys.reveal'),
    options: { api: { permissions: { reveal: 'billing.manage' } } },
    reveal: 403,
  },
  'the catalog has no scope to reveal with': { as: withScopes('api_keys.revoke'), reveal: 403 },
  'the caller is a key': { as: robot, options: keys, reveal: 403 },
  'the login is not fresh': { meanwhile: ({ state }) => Object.assign(state, { isFresh: false }), reveal: 403 },
  'the host has no assertFresh': { options: { api: { assertFresh: undefined } }, reveal: 403 },
  'five tokens were shown in this hour': {
    options: { api: { revealLimiter: memoryRateLimiter() } },
    meanwhile: async ({ send }, id) => {
      for (let time = 0; time < 5; time += 1) await send(`POST /${id}/reveal`, { as: 'ada' })
    },
    reveal: 429,
  },
  'the keyring has no reveal': { options: { reveal: undefined }, reveal: 409 },
  'the environment has no reveal': {
    options: { reveal: { sealer: testSealer, environments: ['test'] } },
    reveal: 409,
  },
  'the seal cannot be opened': { meanwhile: ({ state }) => Object.assign(state, { sealerFails: true }), reveal: 409 },
  'the key was revoked': {
    meanwhile: ({ send }, id) => send(`DELETE /${id}`, { as: 'ada' }),
    reveal: 410,
    rotate: 'invalid_state',
  },
  'the key was deleted': {
    meanwhile: ({ send }, id) => send(`DELETE /${id}?permanent=true`, { as: 'ada' }),
    reveal: 404,
    rotate: 'key_not_found',
  },

  // A reveal shows what the token is now. The same request sent again can only show what it made.
  'the key was disabled': {
    meanwhile: ({ send }, id) => send(`POST /${id}/disable`, { as: 'ada' }),
    reveal: 200,
    replay: 409,
  },
  'the key was rotated': {
    meanwhile: ({ send }, id) => send(`POST /${id}/rotate`, { as: 'ada' }),
    reveal: 200,
    replay: 409,
  },
  'ten minutes have passed': {
    meanwhile: ({ state }) => Object.assign(state, { at: state.at + 600_001 }),
    reveal: 200,
    replay: 409,
  },

  // An outage refuses nothing for good: the client may try again.
  'assertFresh throws': {
    meanwhile: ({ state }) => Object.assign(state, { isFresh: 'throws' }),
    reveal: 503,
    replay: 503,
  },
  'assertFresh hangs': {
    meanwhile: ({ state }) => Object.assign(state, { isFresh: new Promise(() => {}) }),
    reveal: 503,
    replay: 503,
  },
  'assertFresh returns no boolean': {
    meanwhile: ({ state }) => Object.assign(state, { isFresh: 'yes' }),
    reveal: 503,
    replay: 503,
  },
  'the limiter fails': {
    meanwhile: ({ state }) => Object.assign(state, { limiterFails: true }),
    reveal: 503,
    replay: 503,
  },
  'the record cannot be written': {
    meanwhile: ({ store }) => {
      const { change } = store
      Object.assign(store, {
        change: (...[id, request]: Parameters<typeof change>) =>
          request.once === undefined ? Promise.reject(new Error('disk full')) : change(id, request),
      })
    },
    reveal: 503,
    replay: 503,
  },
}

describe.each(['POST /', 'POST /:id/rotate'])('%s, sent again with its Idempotency-Key (MGMT-10, HTTP-16)', (verb) => {
  it.each(Object.entries(rows))('shows no token that a reveal would not, when %s', async (name, row) => {
    const { options, as: whom = async () => 'ada', meanwhile = () => {}, reveal, expires = false } = row
    const product = openSwitched(options)
    const { send, state, answers } = product
    const as = await whom(product)
    const input = { ...body, expires_at: expires ? new Date(state.at + 480_000).toISOString() : null }
    // A key rotates itself alone.
    const target = verb === 'POST /' ? '' : as.startsWith('key:') ? as.slice(4) : (await product.create(as, input)).id
    const request = verb.replace(':id', target)
    const sent = { as, ...once, ...(verb === 'POST /' ? { body: input } : {}) }
    const first = await send(request, sent)
    expect(first.status, first.text).toBeLessThan(300)
    const { id, token } = first.body
    state.at += 1
    await meanwhile(product, id)
    const shown = name === 'the key was rotated' ? answers.at(-1)?.body.token : token

    const again = await send(request, sent)
    const { replay = reveal === 200 ? first.status : 409, rotate } = row
    const refused = { code: 'secret_already_shown', key_id: id }
    if (verb !== 'POST /' && rotate !== undefined) expect(again.body).toMatchObject({ code: rotate })
    else expect([again.status, again.body]).toMatchObject([replay, replay === 409 ? refused : {}])
    if (again.status < 300) expect(again.body).toMatchObject({ id, token })
    else expect(again.text).not.toContain(token)

    const revealed = await send(`POST /${id}/reveal`, { as })
    expect(revealed.status, revealed.text).toBe(reveal)
    if (reveal === 200) expect(revealed.body).toEqual({ id, token: shown })
    else expect(revealed.text).not.toContain(token)
  })

  it('counts as one of the five tokens that a person sees in an hour', async () => {
    const product = open({ reveal: testSealer })
    const made = verb === 'POST /' ? null : await product.create('ada', body)
    const request = verb.replace(':id', String(made?.id))
    const sent = { as: 'ada', ...once, ...(made === null ? { body } : {}) }
    const statuses: number[] = []
    for (let time = 0; time < 7; time += 1) statuses.push((await product.send(request, sent)).status)
    const ok = verb === 'POST /' ? 201 : 200
    expect(statuses).toEqual([ok, ok, ok, ok, ok, ok, 409])
  })

  it('comes from a page of the product, as a reveal does', async () => {
    const product = open({ reveal: testSealer })
    const made = verb === 'POST /' ? null : await product.create('ada', body)
    const request = verb.replace(':id', String(made?.id))
    const sent = { as: 'ada', ...(made === null ? { body } : {}) }
    const { id, token } = (await product.send(request, { ...sent, ...once })).body
    const foreign = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    for (const [path, more] of [
      [request, { ...sent, headers: { ...once.headers, ...foreign } }],
      [`POST /${id}/reveal`, { as: 'ada', headers: foreign }],
    ] as const) {
      const answer = await product.send(path, more)
      expect(answer).toMatchObject({ status: 403, body: { code: 'cross_site' } })
      expect(answer.text).not.toContain(token)
    }
  })

  it('leaves no record of a token that it does not show', async () => {
    const product = openSwitched()
    const made = verb === 'POST /' ? null : await product.create('ada', body)
    const request = verb.replace(':id', String(made?.id))
    const sent = { as: 'ada', ...once, ...(made === null ? { body } : {}) }
    await product.send(request, sent)
    const before = await product.dump()
    for (const isFresh of [false, 'throws']) {
      product.state.isFresh = isFresh
      await product.send(request, sent)
    }
    expect(await product.dump()).toBe(before)
  })
})
