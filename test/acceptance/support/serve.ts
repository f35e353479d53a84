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
  readonly body: unknown
}

/** Sends `'GET /tasks'`, with a token as a bearer token, over a real connection. */
export type Call = (request: string, token?: Secret | null, headers?: Record<string, string>) => Promise<Answer>

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

  return async (request, token = null, headers = {}) => {
    const [method = 'GET', path = '/'] = request.split(' ')
    const authorization = token === null ? {} : { Authorization: `Bearer ${token.reveal()}` }
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { ...authorization, ...headers },
    })
    const text = await response.text()
    return {
      status: response.status,
      challenge: response.headers.get('WWW-Authenticate'),
      body: text === '' ? null : JSON.parse(text),
    }
  }
}
