import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import vectors from '../../core/test/vectors/crypto.json' with { type: 'json' }
import { makeWebhookSecret } from '../src/index.js'
import { verifyWebhook } from '../src/receiver.js'
import { signedHeaders } from '../src/signature/sign.js'
import { listen } from './receiver.js'

const secret = makeWebhookSecret()
const at = new Date()
const sent = { type: 'board.updated', timestamp: '2026-11-27T08:00:00.000Z', data: { id: 'b1' } }
const message = { id: 'msg_1', body: JSON.stringify(sent) }
const event = { id: 'msg_1', type: sent.type, timestamp: new Date(sent.timestamp), data: sent.data }

const request = (headers: Readonly<Record<string, string>> | Headers, body: string = message.body) =>
  new Request('https://receiver.example.com/hook', { method: 'POST', headers, body })
const signed = (by = secret, when = at, what = message) => signedHeaders(what, [by], when)

describe('a signature', () => {
  it.each(vectors.webhook)('is that of vector $id (HOOK-1)', ({ secret, id, timestamp, body, signature }) => {
    expect(signedHeaders({ id, body }, [secret], new Date(timestamp * 1_000))['webhook-signature']).toBe(signature)
  })

  it('is made with 32 random bytes, each time others', () => {
    expect(makeWebhookSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(new Set(Array.from({ length: 100 }, makeWebhookSecret)).size).toBe(100)
  })
})

describe('verifyWebhook', () => {
  it('gives the event of a signed request', async () => {
    expect(await verifyWebhook(request(signed()), secret)).toEqual({ ok: true, event })
  })

  it('takes both secrets during a rotation (HOOK-3)', async () => {
    const [old, fresh] = [makeWebhookSecret(), makeWebhookSecret()]
    for (const by of [old, fresh]) expect((await verifyWebhook(request(signed(by)), [fresh, old])).ok).toBe(true)
    const both = signedHeaders(message, [fresh, old], at)
    for (const known of [old, fresh]) expect((await verifyWebhook(request(both), known)).ok).toBe(true)
  })

  it('takes what is five minutes old or new, and nothing older or newer', async () => {
    for (const seconds of [-295, 0, 295]) {
      const when = new Date(Date.now() + seconds * 1_000)
      expect((await verifyWebhook(request(signed(secret, when)), secret)).ok).toBe(true)
    }
    for (const seconds of [-310, 310]) {
      const when = new Date(Date.now() + seconds * 1_000)
      expect(await verifyWebhook(request(signed(secret, when)), secret)).toEqual({
        ok: false,
        code: 'invalid_signature',
      })
    }
  })

  const others: Readonly<Record<string, () => Request>> = {
    'another secret': () => request(signed(makeWebhookSecret())),
    'another body': () => request(signed(), `${message.body} `),
    'another id': () => request({ ...signed(), 'webhook-id': 'msg_2' }),
    'another time': () => request({ ...signed(), 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000) - 1) }),
    'a time with a letter': () => request({ ...signed(), 'webhook-timestamp': `${signed()['webhook-timestamp']}x` }),
    'another version': () =>
      request({ ...signed(), 'webhook-signature': signed()['webhook-signature'].replace('v1', 'v2') }),
    'no signature': () => request({ ...signed(), 'webhook-signature': '' }),
    'no headers': () => request({}),
    'two ids': () => {
      const headers = new Headers(signed())
      headers.append('webhook-id', 'msg_2')
      return request(headers)
    },
  }
  it.each(Object.entries(others))('refuses a request with %s', async (_what, make) => {
    expect(await verifyWebhook(make(), secret)).toEqual({ ok: false, code: 'invalid_signature' })
  })

  it('refuses a body of more than 64 KB without reading the rest', async () => {
    let pulled = 0
    const body = new ReadableStream({
      pull: (controller) => {
        pulled += 1
        controller.enqueue(new Uint8Array(32_768))
      },
    })
    const init = { method: 'POST', headers: signed(), body, duplex: 'half' as const }
    expect(await verifyWebhook(new Request('https://x.example.com', init), secret)).toEqual({
      ok: false,
      code: 'too_large',
    })
    expect(pulled).toBeLessThan(6)
    const raw = { headers: {}, rawBody: new Uint8Array(65_537) }
    expect(await verifyWebhook(raw, secret)).toEqual({ ok: false, code: 'too_large' })
  })

  it.each([
    '',
    'text',
    '7',
    'null',
    '[]',
    '{}',
    '{"type":1,"timestamp":"2026-11-27T08:00:00Z"}',
    '{"type":"a","timestamp":"soon"}',
  ])('tells a signed body that is no event: %s', async (body) => {
    const headers = signedHeaders({ id: 'msg_1', body }, [secret], at)
    expect(await verifyWebhook({ headers, rawBody: body }, secret)).toEqual({ ok: false, code: 'malformed' })
  })

  it('never throws for what a sender can send', async () => {
    const value = fc.string({ unit: 'binary' })
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...Object.keys(signed())), value),
        value,
        async (headers, rawBody) => {
          expect((await verifyWebhook({ headers, rawBody }, secret)).ok).toBe(false)
        },
      ),
    )
  })

  it.each([undefined, '', 'whsec_', 'whsec_AAAA', `${secret} `, secret.slice(6), [], [secret, undefined]])(
    'fails for a secret that is none, and does not show it',
    async (wrong) => {
      const error = await verifyWebhook(request(signed()), wrong as string).then(
        () => expect.unreachable(),
        (reason) => reason,
      )
      expect(error).toMatchObject({ code: 'invalid_options', field: 'secret' })
      expect(JSON.stringify(error) + String(error)).not.toContain(secret.slice(6, 20))
    },
  )

  it('reads a request of Node, and of Express where the raw body was kept', async () => {
    const answers: unknown[] = []
    const node = createServer(async (req, res) => {
      answers.push(await verifyWebhook(req, secret))
      res.end()
    })
    const app = express()
    app.post('/hook', express.raw({ type: '*/*' }), async (req, res) => {
      answers.push(await verifyWebhook({ headers: req.headers, rawBody: req.body }, secret))
      res.end()
    })
    app.post('/read', express.json(), async (req, res) => {
      answers.push(await verifyWebhook(req, secret).catch((error: unknown) => error))
      res.end()
    })
    const framework = app.listen(0)
    onTestFinished(() => void framework.close())
    const post = (port: number, path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { ...signed(), 'content-type': 'application/json' },
        body: message.body,
      })
    const { port } = framework.address() as AddressInfo // it listens on a port
    await post(await listen(node), '/')
    await post(port, '/hook')
    await post(port, '/read')
    expect(answers).toEqual([
      { ok: true, event },
      { ok: true, event },
      expect.objectContaining({ code: 'invalid_options', field: 'request' }),
    ])
  })
})
