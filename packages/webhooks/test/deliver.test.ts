import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidOptions } from '@keywright/core'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type DelivererOptions, deliverer, makeWebhookSecret } from '../src/index.js'
import { certificateFor } from './certificate.js'
import { bodyOf, receive, receiveOverTls, receiveRaw } from './receiver.js'

const secret = makeWebhookSecret()
const message = { id: 'msg_1', body: '{"type":"board.updated","data":{"id":"b1","name":"Ünïcode ☃"}}' }

function sender(options: DelivererOptions = {}) {
  const made = deliverer({ allowLoopback: true, ...options })
  onTestFinished(() => made.close())
  return (url: string, more: object = {}) => made.deliver({ url, message, secrets: [secret], at: new Date(), ...more })
}

describe('an attempt', () => {
  it('sends the exact bytes that it signs, with an id, a time and a signature (HOOK-1)', async () => {
    const got: { headers: IncomingHttpHeaders; body: string; method?: string | undefined }[] = []
    const url = await receive(async (req, res) => {
      got.push({ headers: req.headers, body: await bodyOf(req), method: req.method })
      res.writeHead(204).end()
    })
    const result = await sender()(url)
    expect(result).toMatchObject({ outcome: 'delivered', status: 204, error: null, text: '' })
    const [{ headers, body, method } = expect.unreachable()] = got
    expect(method).toBe('POST')
    expect(body).toBe(message.body)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': message.id })
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(message.body))
  })

  it('is signed with both secrets during a rotation, the new one first, and has the same id each time (HOOK-2, HOOK-3)', async () => {
    const got: IncomingHttpHeaders[] = []
    const url = await receive((req, res) => {
      got.push(req.headers)
      res.end()
    })
    const [first, second] = [makeWebhookSecret(), makeWebhookSecret()]
    const send = sender()
    await send(url, { secrets: [second, first], at: new Date(1_700_000_000_000) })
    await send(url, { secrets: [second, first], at: new Date(1_700_000_005_000) })
    expect(got.map((headers) => headers['webhook-id'])).toEqual([message.id, message.id])
    expect(got.map((headers) => headers['webhook-timestamp'])).toEqual(['1700000000', '1700000005'])
    const sign = (key: string) => new Webhook(key).sign(message.id, new Date(1_700_000_000_000), message.body)
    expect(got[0]?.['webhook-signature']).toBe(`${sign(second)} ${sign(first)}`)
  })

  it.each([
    { status: 200, outcome: 'delivered', error: null },
    { status: 202, outcome: 'delivered', error: null },
    { status: 400, outcome: 'failed', error: 'status' },
    { status: 500, outcome: 'failed', error: 'status' },
    { status: 410, outcome: 'gone', error: 'status' },
    { status: 429, outcome: 'throttled', error: 'status' },
    { status: 502, outcome: 'throttled', error: 'status' },
    { status: 504, outcome: 'throttled', error: 'status' },
  ])('that is answered with $status is $outcome (HOOK-5)', async ({ status, outcome, error }) => {
    const url = await receive((_req, res) => void res.writeHead(status).end('its words'))
    expect(await sender()(url)).toMatchObject({ status, outcome, error, text: 'its words' })
  })

  it.each([
    { header: '120', ms: 120_000 },
    { header: '99999999', ms: 86_400_000 },
    { header: new Date(Date.UTC(2030, 0, 1, 0, 5)).toUTCString(), ms: 300_000 },
    { header: '-5', ms: 0 },
    { header: 'soon', ms: null },
  ])('heeds Retry-After: $header, for at most a day (HOOK-5)', async ({ header, ms }) => {
    const url = await receive((_req, res) => void res.writeHead(429, { 'retry-after': header }).end())
    const { retryAfterMs } = await sender()(url, { at: new Date(Date.UTC(2030, 0, 1)) })
    // A date without a day that can be read has its own meaning in JavaScript.
    if (header === '-5') expect([0, null]).toContain(retryAfterMs)
    else expect(retryAfterMs).toBe(ms)
  })

  it('follows no redirect, not even to itself (FI-32)', async () => {
    let asked = 0
    const inner = await receive((_req, res) => {
      asked += 1
      res.end()
    })
    const url = await receive((_req, res) => void res.writeHead(301, { location: inner }).end())
    expect(await sender()(url)).toMatchObject({ outcome: 'failed', status: 301, error: 'redirect' })
    expect(asked).toBe(0)
  })

  it('keeps a thousand printable characters of an answer, and reads no more of a gigabyte (FI-32)', async () => {
    let written = 0
    const url = await receive(async (_req, res) => {
      res.on('error', () => {})
      res.writeHead(200)
      const chunk = `a\u0007\u202e${'b'.repeat(65_536)}`
      while (written < 1_000_000_000 && !res.destroyed) {
        written += chunk.length
        if (!res.write(chunk)) await Promise.race([once(res, 'drain'), once(res, 'close')])
      }
    })
    const result = await sender()(url)
    expect(result).toMatchObject({ outcome: 'delivered', status: 200 })
    expect(result.text).toBe(`a${'b'.repeat(1_023)}`)
    expect(written).toBeLessThan(100_000_000)
  })

  it.each([
    { what: 'never answers', error: 'timeout', on: () => {} },
    { what: 'resets the connection', error: 'connection', on: (socket: Socket) => socket.resetAndDestroy() },
    { what: 'closes it', error: 'connection', on: (socket: Socket) => socket.end() },
    { what: 'speaks no HTTP', error: 'protocol', on: (socket: Socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n') },
    {
      what: 'sends a header a second',
      error: 'timeout',
      on: async (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        for (let n = 0; !socket.destroyed; n += 1) {
          socket.write(`x-${n}: 1\r\n`)
          await sleep(50)
        }
      },
    },
    {
      what: 'sends its body byte by byte',
      error: 'timeout',
      on: async (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n')
        while (!socket.destroyed) {
          socket.write('x')
          await sleep(50)
        }
      },
    },
    {
      what: 'sends a hundred headers of 8 KB',
      error: 'protocol',
      on: (socket: Socket) => {
        socket.end(
          `HTTP/1.1 200 OK\r\n${Array.from({ length: 100 }, (_, n) => `x-${n}: ${'y'.repeat(8_192)}\r\n`).join('')}\r\n`,
        )
      },
    },
    {
      what: 'sends chunks that are none',
      error: 'protocol',
      on: (socket: Socket) => {
        socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n')
      },
    },
    {
      what: 'promises more than it sends',
      error: 'connection',
      on: (socket: Socket) => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort')
      },
    },
  ])('to a receiver that $what fails with $error, and in time (FI-32, T32)', async ({ on, error }) => {
    const url = await receiveRaw((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => on(socket))
    })
    const result = await sender({ timeoutMs: 500 })(url)
    expect(result).toMatchObject({ outcome: 'failed', status: null, error })
  })

  it('to a port that nobody listens on fails', async () => {
    expect(await sender()('http://127.0.0.1:9/')).toMatchObject({ outcome: 'failed', error: 'connection' })
  })
})

describe('the address of an attempt (HOOK-9, FI-33)', () => {
  const tls = certificateFor('hooks.example.com')

  it('is the one that was checked: the name is resolved once, and TLS asks for the name', async () => {
    const names: (string | undefined)[] = []
    const port = await receiveOverTls(tls, (req, res) => {
      names.push(req.headers.host)
      res.end('hello')
    })
    let asked = 0
    const resolve = async () => {
      asked += 1
      return ['127.0.0.1']
    }
    const send = sender({ resolve, ports: [port], ca: tls.cert })
    expect(await send(`https://hooks.example.com:${port}/`)).toMatchObject({ outcome: 'delivered', text: 'hello' })
    expect(names).toEqual([`hooks.example.com:${port}`])
    expect(asked).toBe(1)
    // Another name at the same address has no certificate.
    expect(await send(`https://other.example.com:${port}/`)).toMatchObject({ outcome: 'failed', error: 'tls' })
  })

  it('is the new one as soon as a name has moved, though a connection to the old one is kept', async () => {
    const reached: (string | undefined)[] = []
    const port = await receiveOverTls(
      tls,
      (req, res) => {
        reached.push(req.socket.localAddress)
        res.end()
      },
      '0.0.0.0',
    )
    const answers = ['127.0.0.1', '127.0.0.1', '127.0.0.2']
    const send = sender({ resolve: async () => [answers.shift() ?? ''], ports: [port], ca: tls.cert })
    for (let n = 0; n < 3; n += 1) await send(`https://hooks.example.com:${port}/`)
    expect(reached).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.2'])
  })

  it('is refused where a name is public first and private later, at the attempt that finds it so', async () => {
    let reached = 0
    const port = await receiveOverTls(tls, (_req, res) => {
      reached += 1
      res.end()
    })
    const answers = [
      ['127.0.0.1'],
      ['10.0.0.1'],
      ['127.0.0.1', '10.0.0.1'],
      ['169.254.169.254'],
      ['::ffff:10.0.0.1'],
      [],
    ]
    const send = sender({ resolve: async () => answers.shift() ?? [], ports: [port], ca: tls.cert })
    const url = `https://hooks.example.com:${port}/`
    expect(await send(url)).toMatchObject({ outcome: 'delivered' })
    // A connection to the first address is still open, and must not be used for a name that has moved.
    for (let n = 0; n < 5; n += 1)
      expect(await send(url)).toMatchObject({ outcome: 'failed', error: 'address', status: null })
    expect(reached).toBe(1)
  })

  it.each(['127.0.0.1', '10.0.0.1', '::1', 'fd00::1', '100.64.0.1', '0.0.0.0'])('is refused as %s', async (address) => {
    const send = sender({ allowLoopback: false, resolve: async () => ['8.8.8.8', address] })
    expect(await send('https://hooks.example.com/')).toMatchObject({ outcome: 'failed', error: 'address' })
  })

  it('is refused of a name with a hundred', async () => {
    const resolve = async () => Array.from({ length: 100 }, (_, n) => `8.8.8.${n}`)
    expect(await sender({ resolve })('https://hooks.example.com/')).toMatchObject({ error: 'address' })
  })

  it.each(['ENOTFOUND', 'ESERVFAIL', 'EAI_AGAIN', 'ENODATA'])(
    'that a resolver does not know (%s) is tried later',
    async (code) => {
      const resolve = () => Promise.reject(Object.assign(new Error('no such name'), { code, syscall: 'getaddrinfo' }))
      expect(await sender({ resolve })('https://hooks.example.com/')).toMatchObject({ outcome: 'failed', error: 'dns' })
    },
  )

  it('that a resolver is silent about is given up in time', async () => {
    const resolve = () => new Promise<never>(() => {})
    expect(await sender({ resolve, timeoutMs: 200 })('https://hooks.example.com/')).toMatchObject({ error: 'timeout' })
  })

  it('is not asked for where the URL itself may not be called', async () => {
    const resolve = () => Promise.reject(new Error('This must not be asked'))
    const send = sender({ allowLoopback: false, resolve })
    for (const url of ['http://127.0.0.1/', 'https://localhost/', 'https://a.example.com:22/', 'nonsense'])
      expect(await send(url)).toMatchObject({ outcome: 'failed', error: 'url' })
  })

  it('is reached without a proxy of the environment', async () => {
    const proxy = await receive((_req, res) => void res.writeHead(500).end())
    const before = { ...process.env }
    onTestFinished(() => {
      process.env = before
    })
    process.env.HTTP_PROXY = process.env.HTTPS_PROXY = process.env.http_proxy = proxy
    const url = await receive((_req, res) => void res.end('direct'))
    expect(await sender()(url)).toMatchObject({ outcome: 'delivered', text: 'direct' })
  })
})

it('refuses a runtime that does not say to which address it connects (HOOK-11)', () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  onTestFinished(() => void vi.unstubAllGlobals())
  expect(() => deliverer()).toThrow(InvalidOptions)
})
