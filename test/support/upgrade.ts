import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

/** Asks a server on this machine for a websocket; returns the status that it answers with. */
export async function upgrade(port: number, path: string, token?: string): Promise<number | undefined> {
  const fields = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const sent = request({ host: '127.0.0.1', port, path, headers: fields }).end()
  const [answer] = (await Promise.race([once(sent, 'upgrade'), once(sent, 'response')])) as [IncomingMessage]
  answer.socket.destroy()
  return answer.statusCode
}
