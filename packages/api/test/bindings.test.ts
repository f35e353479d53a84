import { describe, expect, it } from 'vitest'
import { open } from './setup.js'

const jkt = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
const proofs = {
  dpop: { algorithms: ['ES256'], nonce: () => null, check: async () => ({ ok: false, fault: 'malformed' }) as const },
}

describe('the binding of a key over the API (B22)', () => {
  it('is set, read, copied, changed and taken away', async () => {
    const { create, send } = open({ proofs: { ...proofs, mtls: {} } })
    const binding = { type: 'dpop', jkt }
    const { id, body } = await create('mia', { name: 'agent', binding })
    expect(body.binding).toEqual(binding)
    expect((await send(`GET /${id}`)).body.binding).toEqual(binding)
    const copy = await send('POST /', { body: { name: 'copy', copy_from: id } })
    expect(copy.body.binding).toEqual(binding)
    const mtls = { type: 'mtls', thumbprint: jkt }
    expect((await send(`PATCH /${id}`, { body: { binding: mtls } })).body.binding).toEqual(mtls)
    expect((await send(`PATCH /${id}`, { body: { name: 'new' } })).body.binding).toEqual(mtls)
    expect((await send(`PATCH /${id}`, { body: { binding: null } })).body.binding).toBeNull()
    expect((await create('mia', { name: 'none' })).body.binding).toBeNull()
  })

  it.each([
    ['/binding', { binding: jkt }],
    ['/binding', { binding: { type: 'tls', jkt } }],
    ['/binding/jkt', { binding: { type: 'dpop', jkt: jkt.slice(1) } }],
    ['/binding', { binding: { type: 'dpop' } }],
    ['/binding/thumbprint', { binding: { type: 'mtls', thumbprint: `${jkt.slice(0, -1)}t` } }],
    // This product checks no certificates.
    ['/binding', { binding: { type: 'mtls', thumbprint: jkt } }],
  ])('with a fault at %s is answered with 400 that points at it, and nothing is done', async (pointer, settings) => {
    const { create, send, dump } = open({ proofs })
    const { id } = await create()
    const before = await dump()
    for (const [request, body] of [
      ['POST /', { name: 'ci', ...settings }],
      [`PATCH /${id}`, settings],
    ] as const) {
      const answer = await send(request, { body })
      expect(answer).toMatchObject({ status: 400 })
      const { errors } = answer.body as { readonly errors: readonly { readonly pointer: string }[] }
      expect(errors.map((error) => error.pointer)).toContain(pointer)
    }
    expect(await dump()).toBe(before)
  })
})
