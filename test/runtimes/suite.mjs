// What must hold in every runtime, on the built packages: the vectors, and a key's life behind each guard that speaks Fetch.
import { createKeyring, defineAccess, fetchGate, hmacSha256, memoryStore, sealer } from '@keywright/core'
import { readCredential } from '@keywright/core/http'
import { cap, covers, isSubset, join, meet, normalize, parseScope } from '@keywright/core/scope'
import { formatToken, parseToken } from '@keywright/core/token'
import { requireKey } from '@keywright/hono'
import { Hono } from 'hono'
import crypto from '../../packages/core/test/vectors/crypto.json' with { type: 'json' }
import headers from '../../packages/core/test/vectors/headers.json' with { type: 'json' }
import scopes from '../../packages/core/test/vectors/scopes.json' with { type: 'json' }
import tokens from '../../packages/core/test/vectors/token.json' with { type: 'json' }

const checks = new Map()
const check = (name, run) => checks.set(name, run)

function same(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`expected ${b}, got ${a}`)
}

for (const { ns, id, secret, token } of tokens.tokens) {
  check(`token ${token.slice(0, 20)}…`, () => {
    same(formatToken({ namespace: ns, id, secret }), token)
    same(parseToken(token, { namespaces: [ns] }), { ok: true, namespace: ns, id, secret })
  })
}
for (const { name, token, result } of tokens.parse) {
  check(`parse: ${name}`, () => {
    const parsed = parseToken(token, { namespaces: ['tk_live'] })
    same(parsed.ok ? 'accept' : `reject:${parsed.reason}`, result)
  })
}
for (const { n, name, fields, url, verdict, why } of headers) {
  check(`H${n} ${name}`, () => {
    const reading = readCredential({ fields, url }, { namespaces: ['tk_live'], foreign: ['tk_test'] })
    same([reading.verdict, reading.reason ?? ''], [verdict, why ?? ''])
  })
}
for (const row of scopes) {
  const answers = {
    covers: () => (covers(row.granted, row.required) ? 'ALLOW' : 'deny'),
    parse: () => (parseScope(row.scope).ok ? 'accept' : 'REJECT'),
    normalize: () => normalize(row.in),
    meet: () => meet(row.a, row.b),
    join: () => join(row.a, row.b),
    leq: () => isSubset(row.a, row.b),
    cap: () => cap(row.user, row.key, row.implies),
  }
  if (row.kind in answers) check(`S${row.n}`, () => same(answers[row.kind](), row.expect))
}

const { hash } = crypto
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const peppers = { p1: bytes(hash.pepper_p1_hex), p2: bytes(hash.pepper_p2_hex) }

check('hash vectors', async () => {
  for (const current of ['p1', 'p2']) {
    same(await hmacSha256({ current, peppers }).hash({ id: hash.id, token: hash.token }), hash[`hmac_${current}`])
  }
})

const access = defineAccess({
  scopes: { 'members.read': 'See members', 'members.invite': 'Invite' },
  presets: { 'read-only': ['*.read'] },
})

function open() {
  let now = Date.now()
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    access,
    store: memoryStore({ now: () => new Date(now) }),
    hasher: hmacSha256({ current: 'p1', peppers }),
    reveal: sealer({ current: 'k1', keys: { k1: bytes('07'.repeat(32)) } }),
    resolveOwner: () => ({ scopes: ['*'] }),
    rateLimits: { default: { limit: 1000, windowMs: 60_000 } },
  })
  return { keyring, pass: (ms) => (now += ms) }
}

const owner = { type: 'user', id: 'u1', organizationId: 'org1' }

check('a key’s life', async () => {
  const { keyring, pass } = open()
  const { key, token } = await keyring.create({ name: 'ci', owner, preset: 'read-only' })
  const codeOf = async (text) => {
    const verdict = await keyring.verify(text, { scopes: ['members.read'] })
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  same(await codeOf(token.reveal()), 'ok')
  same((await keyring.reveal(key.id)).reveal(), token.reveal())
  await keyring.disable(key.id)
  same(await codeOf(token.reveal()), 'api_key_disabled')
  await keyring.enable(key.id)
  const rotated = await keyring.rotate(key.id, { graceMs: 1_000 })
  same([await codeOf(token.reveal()), await codeOf(rotated.token.reveal())], ['ok', 'ok'])
  pass(1_000)
  same([await codeOf(token.reveal()), await codeOf(rotated.token.reveal())], ['api_key_invalid', 'ok'])
  await keyring.revoke(key.id)
  same(await codeOf(rotated.token.reveal()), 'api_key_revoked')
  same((await keyring.audit.verify({ organizationId: 'org1' })).ok, true)
  same((await keyring.stats({ organizationId: 'org1' })).totalCreated, 1)
  await keyring.close()
})

const guards = {
  fetch: (keyring, options) => {
    const gate = fetchGate(keyring, options)
    return async (request) => {
      const verdict = await gate(request)
      return verdict.ok ? verdict.finish(Response.json(verdict.principal.user)) : verdict.response
    }
  },
  hono: (keyring, options) => {
    const app = new Hono()
    app.get('/members', requireKey(keyring, options), (c) => c.json(c.get('principal').user))
    return (request) => app.fetch(request)
  },
}

for (const [name, guard] of Object.entries(guards)) {
  check(`the ${name} guard`, async () => {
    const { keyring } = open()
    const { token } = await keyring.create({ name: 'ci', owner, scopes: ['members.read'] })
    const send = async (scope, fields) => {
      const answer = guard(keyring, { scopes: [scope], requireHttps: false })
      const response = await answer(new Request('http://localhost/members', { headers: fields }))
      return [response.status, (await response.json()).code ?? 'ok']
    }
    same(await send('members.read', { authorization: `Bearer ${token.reveal()}` }), [200, 'ok'])
    same(await send('members.read', { 'x-api-key': token.reveal() }), [200, 'ok'])
    same(await send('members.invite', { 'x-api-key': token.reveal() }), [403, 'insufficient_scope'])
    same(await send('members.read', {}), [401, 'api_key_missing'])
    same(await send('members.read', { authorization: 'Bearer' }), [400, 'api_key_malformed'])
  })
}

/** Runs all checks; the names of those that failed, with their reasons. */
export async function run() {
  const failed = []
  for (const [name, one] of checks) {
    try {
      await one()
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return { passed: checks.size - failed.length, failed }
}
