import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { noBinding } from '../../src/bindings/key-bindings.js'
import { createGate } from '../../src/http/gate.js'
import { memoryRateLimiter } from '../../src/limits/memory-rate-limiter.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { good, open, owner, write } from '../support/setup.js'
import { byDpop, byMtls, jkt, openBound, plainChecker, proofOf, withProof } from './proof-setup.js'

describe('a key that is bound by DPoP', () => {
  it('is refused in each way in which its token comes alone (B22)', async () => {
    const { token, codeOf, keyring } = await openBound()
    expect(await codeOf([['Authorization', `Bearer ${token}`]])).toBe('proof_required scheme')
    expect(await codeOf([['X-API-Key', token]])).toBe('proof_required scheme')
    expect(await codeOf([['Authorization', `DPoP ${token}`]])).toBe('proof_required missing')
    const withoutScheme = [
      ['Authorization', `Bearer ${token}`],
      ['DPoP', proofOf('a', token)],
    ] as const
    expect(await codeOf(withoutScheme)).toBe('proof_required scheme')
    expect(await keyring.verify(token)).toMatchObject({ refusal: { code: 'proof_required', reason: 'missing' } })
  })

  it('passes with a proof for this request and this token, once', async () => {
    const { token, codeOf } = await openBound()
    const fields = withProof(token, proofOf('a', token))
    expect(await codeOf(fields)).toBe('ok')
    expect(await codeOf(fields)).toBe('proof_invalid replayed')
    expect(await codeOf(withProof(token, proofOf('b', token)))).toBe('ok')
    expect(await codeOf(withProof(token, proofOf('c', token)), { method: 'POST' })).toBe('proof_invalid signature')
    expect(await codeOf(withProof(token, proofOf('d', token)), { url: '/other' })).toBe('proof_invalid signature')
    expect(await codeOf([...withProof(token, proofOf('e', token)), ['dpop', proofOf('f', token)]])).toBe(
      'proof_invalid repeated',
    )
  })

  it('goes with the same proof through several guards of one request, and through no second request', async () => {
    const { token, codeOf } = await openBound()
    const [request, fields] = [{}, withProof(token, proofOf('a', token))]
    expect(await Promise.all([codeOf(fields, {}, request), codeOf(fields, {}, request)])).toEqual(['ok', 'ok'])
    expect(await codeOf(fields, {}, request)).toBe('ok')
    // Another token, or none of its own, gains nothing by the same request.
    expect(await codeOf([['Authorization', `DPoP ${token}`]], {}, request)).toBe('proof_required missing')
    expect(await codeOf(fields, {}, {})).toBe('proof_invalid replayed')
  })

  it('may take more units of the request that proved itself', async () => {
    const { token, ask } = await openBound(byDpop, { rateLimits: { minute: { limit: 9, windowMs: 60_000 } } })
    const verdict = await ask(withProof(token, proofOf('a', token)))
    if (!verdict.ok) return expect.unreachable()
    expect(await verdict.again?.({ cost: 3, countUsage: false })).toMatchObject({
      ok: true,
      rateLimits: [{ remaining: 5 }],
    })
  })

  it('is verified by keyring.verify with what the host saw', async () => {
    const { token, keyring } = await openBound()
    const proof = { dpop: proofOf('a', token), method: 'GET', url: '/members' }
    expect(await keyring.verify(token, { proof })).toMatchObject({ ok: true })
    expect(await keyring.verify(token, { proof })).toMatchObject({ refusal: { reason: 'replayed' } })
    await expect(keyring.verify(token, { proof: { dpop: 'a' } })).rejects.toThrow('proof must be')
    await expect(keyring.verify(token, { proof: { dpop: 7 } as never })).rejects.toThrow('proof.dpop must be')
  })

  it('answers the challenge of RFC 9449, and a nonce', async () => {
    const { token, ask } = await openBound()
    const refusal = async (proof: string | null) => {
      const verdict = await ask(proof === null ? [['Authorization', `Bearer ${token}`]] : withProof(token, proof))
      return verdict.ok ? expect.unreachable() : verdict.reply
    }
    expect(await refusal(null)).toMatchObject({
      status: 401,
      headers: {
        'WWW-Authenticate': 'DPoP realm="api", error="invalid_dpop_proof", algs="ES256 EdDSA"',
        'DPoP-Nonce': 'n1',
      },
    })
    const stale = await refusal(`stale ${token}`)
    expect(stale.headers['WWW-Authenticate']).toBe('DPoP realm="api", error="use_dpop_nonce", algs="ES256 EdDSA"')
    expect(JSON.parse(stale.body)).toMatchObject({ code: 'proof_invalid', status: 401 })
    const passed = await ask(withProof(token, proofOf('a', token)))
    expect(passed.ok && passed.headers).toEqual({ 'DPoP-Nonce': 'n1' })
  })

  it('tells nothing of it to who has not the token, and uses up no limit for who has no proof', async () => {
    const { token, codeOf, key } = await openBound(byDpop, { rateLimits: { minute: { limit: 1, windowMs: 60_000 } } })
    const wrong = `${token.slice(0, -12)}AAAAAA${token.slice(-6)}`
    expect(await codeOf([['Authorization', `DPoP ${wrong}`]])).toMatch(/^api_key_invalid/)
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await codeOf([['Authorization', `Bearer ${token}`]])).toBe('proof_required scheme')
    }
    expect(await codeOf(withProof(token, proofOf('a', token)))).toBe('ok')
    expect(key.binding).toEqual(byDpop)
  })

  it.each<[string, Parameters<typeof openBound>[1], string]>([
    ['the limiter fails', { rateLimiter: { take: () => Promise.reject(new Error('down')) } }, 'a'],
    [
      'the limiter counts by itself',
      { rateLimiter: { take: async () => ({ admitted: true, states: [], degraded: true }) } },
      'a',
    ],
    ['the limiter gives no verdict', { rateLimiter: { take: async () => ({}) as never } }, 'a'],
    ['the checker throws', {}, 'throws'],
    ['the checker gives no verdict', { proofs: { dpop: { ...plainChecker, check: async () => ({}) as never } } }, 'a'],
    ['the checker gives true', { proofs: { dpop: { ...plainChecker, check: async () => true as never } } }, 'a'],
  ])('gets 503 and not 401 where %s', async (_, options, id) => {
    const { token, ask, events } = await openBound(byDpop, options)
    const verdict = await ask(withProof(token, proofOf(id, token)))
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'auth_unavailable', reason: 'proof' } })
    expect(events).toContainEqual(expect.objectContaining({ type: 'keyring.outage_began', reason: 'proof' }))
  })

  it('gets 503 from a process that cannot check it, or whose adapter says no method', async () => {
    const { token, store, ask } = await openBound()
    expect(await ask(withProof(token, proofOf('a', token)), { method: undefined })).toMatchObject({
      refusal: { code: 'auth_unavailable', reason: 'proof' },
    })
    for (const proofs of [undefined, { mtls: {} }]) {
      const { keyring } = open({ store, ...(proofs === undefined ? {} : { proofs }) })
      const verdict = await keyring.verify(token)
      expect(verdict).toMatchObject({ refusal: { code: 'auth_unavailable', reason: 'proof' } })
      const request = { fields: [['Authorization', `Bearer ${token}`]] as const, url: '/', method: 'GET' }
      expect((await createGate(keyring)(request, request)).ok).toBe(false)
    }
  })

  it('binds delegated tokens as well', async () => {
    const { token, keyring, codeOf } = await openBound(byDpop, { delegates: {} })
    const proof = { dpop: proofOf('a', token), method: 'GET', url: '/members' }
    const verdict = await keyring.verify(token, { proof })
    if (!verdict.ok) return expect.unreachable()
    const child = (await keyring.delegate(verdict.principal, { scopes: ['members.read'] })).token.reveal()
    expect(await codeOf([['Authorization', `Bearer ${child}`]])).toBe('proof_required scheme')
    expect(await codeOf(withProof(child, proofOf('b', token)))).toBe('proof_invalid signature')
    expect(await codeOf(withProof(child, proofOf('b', child)))).toBe('ok')
  })

  it('keeps its binding when it is rotated', async () => {
    const { key, keyring, codeOf } = await openBound()
    const rotated = (await keyring.rotate(key.id)).token.reveal()
    expect(await codeOf([['Authorization', `Bearer ${rotated}`]])).toBe('proof_required scheme')
    expect(await codeOf(withProof(rotated, proofOf('a', rotated)))).toBe('ok')
  })

  it('asks a limiter of the host in a name that no client writes, for as long as the proof is usable', async () => {
    const take = vi.fn(memoryRateLimiter().take)
    const { key, token, codeOf } = await openBound(byDpop, { rateLimiter: { take } })
    expect(await codeOf(withProof(token, proofOf('secret-name', token)))).toBe('ok')
    expect(take).toHaveBeenCalledOnce()
    const [subject, policies] = take.mock.calls[0] ?? []
    expect(subject).toMatch(new RegExp(`^${key.id}:[\\w-]{43}$`))
    expect(policies).toEqual([{ name: 'proof', limit: 1, windowMs: 70_000 }])
  })
})

describe('a key that is not bound', () => {
  it('passes as ever, and never as DPoP', async () => {
    const { token, codeOf } = await openBound(null)
    expect(await codeOf([['Authorization', `Bearer ${token}`]])).toBe('ok')
    expect(
      await codeOf([
        ['X-API-Key', token],
        ['DPoP', 'x'],
      ]),
    ).toBe('ok')
    expect(await codeOf(withProof(token, proofOf('a', token)))).toBe('proof_invalid unbound')
  })

  it('is no key in the scheme DPoP where the keyring checks none', async () => {
    const { token, codeOf } = await openBound(null, { proofs: undefined })
    expect(await codeOf([['Authorization', `DPoP ${token}`]])).toBe('api_key_missing ')
  })

  it('lets a foreign DPoP token through to another login', async () => {
    const { ask } = await openBound(null)
    expect(await ask([['Authorization', 'DPoP eyJhbGciOiJFUzI1NiJ9.e30.c2ln']])).toMatchObject({ keyPresented: false })
  })
})

describe('a key that is bound to a certificate', () => {
  const der = Buffer.from('a certificate, as far as this goes: its bytes')
  const hash = createHash('sha256').update(der)
  const hex = hash.copy().digest('hex')
  const thumbprint = hash.digest('base64url')
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
  const behind = { trustedProxies: ['10.0.0.1'] }

  it.each([
    ['in base64url', thumbprint],
    ['in hexadecimal digits', hex],
    ['as openssl prints it', hex.toUpperCase().replace(/..(?!$)/g, '$&:')],
    ['as Client-Cert has it', `:${der.toString('base64')}:`],
    ['as PEM with URL escapes', encodeURIComponent(pem)],
    ['as PEM, escaped as AWS does', encodeURIComponent(pem).replaceAll('%3D', '=').replaceAll('%2B', '+')],
  ])('passes where a trusted proxy names it %s, and there alone', async (_, value) => {
    const { token, codeOf } = await openBound({ type: 'mtls', thumbprint }, {}, behind)
    const fields = [
      ['Authorization', `Bearer ${token}`],
      ['Client-Cert', value],
    ] as const
    expect(await codeOf(fields, { remoteAddress: '10.0.0.1' })).toBe('ok')
    expect(await codeOf(fields, { remoteAddress: '10.0.0.2' })).toBe('proof_required missing')
    expect(await codeOf(fields)).toBe('proof_required missing')
    expect(await codeOf([...fields, ['client-cert', value]], { remoteAddress: '10.0.0.1' })).toBe(
      'proof_invalid repeated',
    )
    // Fetch joins two lines.
    const joined = [
      ['X-API-Key', token],
      ['Client-Cert', `${value}, ${value}`],
    ] as const
    expect(await codeOf(joined, { remoteAddress: '10.0.0.1' })).toMatch(/^proof_invalid/)
  })

  it.each([
    ['another', `:${Buffer.from('another').toString('base64')}:`, 'proof_invalid certificate'],
    ['none', '', 'proof_required missing'],
    ['nonsense', 'CN=client', 'proof_invalid malformed'],
    ['two certificates', encodeURIComponent(pem + pem), 'proof_invalid malformed'],
    ['an escape that is none', '-----BEGIN CERTIFICATE-----%zz', 'proof_invalid malformed'],
  ])('is refused with %s', async (_, value, expected) => {
    const { token, codeOf } = await openBound({ type: 'mtls', thumbprint }, {}, behind)
    const fields = [
      ['Authorization', `Bearer ${token}`],
      ['Client-Cert', value],
    ] as const
    expect(await codeOf(fields, { remoteAddress: '10.0.0.1' })).toBe(expected)
  })

  it('is refused as bearer without challenge of DPoP, and in the scheme DPoP', async () => {
    const { token, ask, codeOf } = await openBound({ type: 'mtls', thumbprint }, {}, behind)
    expect(await ask([['Authorization', `Bearer ${token}`]])).toMatchObject({
      reply: { headers: { 'WWW-Authenticate': 'Bearer realm="api", error="invalid_token"' } },
    })
    expect(await codeOf(withProof(token, proofOf('a', token)))).toBe('proof_invalid unbound')
  })

  it('is verified by keyring.verify with what the TLS server of the host says', async () => {
    const { token, keyring } = await openBound({ type: 'mtls', thumbprint })
    expect(await keyring.verify(token, { proof: { certificateThumbprint: hex } })).toMatchObject({ ok: true })
    expect(await keyring.verify(token, { proof: {} })).toMatchObject({ refusal: { reason: 'missing' } })
  })

  it('reads a header of the host, and that alone', async () => {
    const proofs = { mtls: { header: 'X-Client-Sha256' } }
    const { token, codeOf } = await openBound({ type: 'mtls', thumbprint }, { proofs }, behind)
    const bearer = ['Authorization', `Bearer ${token}`] as const
    expect(await codeOf([bearer, ['x-client-sha256', hex]], { remoteAddress: '10.0.0.1' })).toBe('ok')
    expect(await codeOf([bearer, ['Client-Cert', hex]], { remoteAddress: '10.0.0.1' })).toBe('proof_required missing')
  })
})

describe('a binding', () => {
  it('is normalized, kept, copied, and in the audit log', async () => {
    const { keyring } = open({ proofs: { dpop: plainChecker, mtls: {} } })
    const hex = Buffer.from(jkt, 'base64url').toString('hex')
    const { key } = await keyring.create({ ...good, binding: { type: 'mtls', thumbprint: hex } })
    expect(key.binding).toEqual({ type: 'mtls', thumbprint: jkt })
    const copy = await keyring.create({ copyFrom: key.id })
    expect(copy.key.binding).toEqual(key.binding)
    await keyring.update(key.id, { binding: byDpop })
    expect((await keyring.get(key.id))?.binding).toEqual(byDpop)
    const { records } = await keyring.audit.list({ organizationId: owner.organizationId, keyId: key.id })
    expect(records.map(({ type, data }) => [type, data])).toEqual([
      [
        'api_key.limits_changed',
        { before: { binding: { type: 'mtls', thumbprint: jkt } }, after: { binding: { type: 'dpop', jkt } } },
      ],
      ['api_key.created', expect.objectContaining({ binding: { type: 'mtls', thumbprint: jkt } })],
    ])
  })

  it.each<[string, unknown, string]>([
    ['a text', jkt, 'binding must be'],
    ['a list', [byDpop], 'binding must be'],
    ['another type', { type: 'tls', jkt }, 'binding must be'],
    ['too short a thumbprint', { type: 'dpop', jkt: jkt.slice(1) }, 'binding.jkt must be'],
    ['one whose last digit holds too much', { type: 'dpop', jkt: `${jkt.slice(0, -1)}t` }, 'binding.jkt must be'],
    ['no thumbprint', { type: 'mtls' }, 'binding.thumbprint must be'],
    ['another name', { type: 'dpop', jkt, x: 1 }, 'x'],
    ['that of the other type', { type: 'dpop', thumbprint: jkt }, 'thumbprint'],
  ])('is refused as %s', async (_, binding, message) => {
    const { keyring } = open({ proofs: { dpop: plainChecker, mtls: {} } })
    const making = keyring.create({ ...good, binding: binding as never })
    await expect(making).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining(message) })
  })

  it('is refused by a keyring that cannot check it, and by a store that does not keep it', async () => {
    const { keyring: without } = open()
    await expect(without.create({ ...good, binding: byDpop })).rejects.toMatchObject({ field: 'binding' })
    await expect(without.create({ ...good, binding: null })).resolves.toBeDefined()
    const { keyring: other } = open({ proofs: { mtls: {} } })
    await expect(other.create({ ...good, binding: byDpop })).rejects.toThrow('dpopProofs')
    const { keyring: forgets } = open({
      store: { ...memoryStore(), bindings: undefined },
      proofs: { dpop: plainChecker },
    })
    await expect(forgets.create({ ...good, binding: byDpop })).rejects.toThrow('store')
  })

  it('is taken off, or replaced, only by who may make such a key', async () => {
    const rights = { scopes: ['members.read'] as string[] }
    const { keyring } = open({ proofs: { dpop: plainChecker, mtls: {} }, resolveOwner: () => rights })
    const organization = { type: 'organization', id: owner.organizationId } as const
    const { key } = await keyring.create({ ...good, owner: organization, scopes: ['members.read'], binding: byDpop })
    const actor = { type: 'user', id: owner.id } as const
    rights.scopes = []
    for (const binding of [null, byMtls]) {
      await expect(keyring.update(key.id, { binding }, { actor })).rejects.toMatchObject({
        code: 'scope_exceeds_actor',
      })
    }
    await keyring.update(key.id, { binding: byDpop, name: 'same' }, { actor })
    rights.scopes = ['members.read']
    expect((await keyring.update(key.id, { binding: null }, { actor })).binding).toBeNull()
    // To bind a key takes nothing but the right to change it.
    rights.scopes = []
    expect((await keyring.update(key.id, { binding: byMtls }, { actor })).binding).toEqual(byMtls)
  })

  it('of an actor is one that what it makes must have, too', async () => {
    const { keyring, key } = await openBound(byDpop, { allowKeyManagement: true })
    const actor = { type: 'key', id: key.id, token: 'current' } as const
    const input = { ...good, scopes: ['members.read'] } as const
    await expect(keyring.create(input, { actor })).rejects.toMatchObject({ field: 'binding' })
    const made = await keyring.create({ ...input, binding: byMtls }, { actor })
    await expect(keyring.update(made.key.id, { binding: null }, { actor })).rejects.toMatchObject({ field: 'binding' })
    expect((await keyring.rotate(key.id, {}, { actor })).key.binding).toEqual(byDpop)
  })

  it.each<[string, object]>([
    ['proofs', { proofs: 7 }],
    ['proofs.dpop', { proofs: { dpop: {} } }],
    ['proofs.mtls', { proofs: { mtls: 'Client-Cert' } }],
    ['proofs.mtls.header', { proofs: { mtls: { header: 'authorization' } } }],
    ['proofs.mtls.header', { proofs: { mtls: { header: 'a b' } } }],
  ])('needs options that can be read: %s', (field, options) => {
    expect(() => open(options)).toThrow(field)
  })

  it('that cannot be read ends its key alone', async () => {
    const { keyring, store, token, key } = await openBound()
    await write(store, key.id, { binding: noBinding })
    const proof = { dpop: proofOf('a', token), method: 'GET', url: '/members' }
    expect(await keyring.verify(token, { proof })).toMatchObject({ refusal: { code: 'proof_invalid' } })
  })
})
