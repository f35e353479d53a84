import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Secret } from '@keywright/core'
import type { Express } from 'express'
import { onTestFinished } from 'vitest'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly challenge: string | null
  readonly headers: Headers
  /** Of JSON, what it says; of anything else, the text. */
  readonly body: unknown
}

/** What else a request carries. */
export interface Carried {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

/** Sends `'GET /tasks'`, with a token as a bearer token, over a real connection. */
export type Call = (request: string, token?: Secret | string | null, carried?: Carried) => Promise<Answer>

/** Serves the app on a free port until the test is over. */
export async function serve(app: Express): Promise<Call> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  return async (request, token = null, { headers = {}, body } = {}) => {
    const [method = 'GET', path = '/'] = request.split(' ')
    const text = typeof token === 'object' ? token?.reveal() : token
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...(text === undefined ? {} : { Authorization: `Bearer ${text}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = await response.text()
    const isJson = /^application\/(problem\+)?json\b/.test(response.headers.get('Content-Type') ?? '')
    return {
      status: response.status,
      challenge: response.headers.get('WWW-Authenticate'),
      headers: response.headers,
      body: isJson ? JSON.parse(answer) : answer,
    }
  }
}
