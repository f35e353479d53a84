import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve, upgradeWebSocket, type WebSocketServerLike } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { upgrade } from '../../../test/support/upgrade.js'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { assertGuarded, requireKey } from '../src/index.js'

it('upgradeWebSocket behind a guard upgrades for a live key alone (ADP-3)', async () => {
  const { keyring, token, testToken } = await openKeyring()
  const app = new Hono()
  const greet = upgradeWebSocket(() => ({ onOpen: (_event, socket) => socket.send('hello') }))
  app.get('/closed', requireKey(keyring), greet)
  app.get('/open', greet)
  const sockets = new WebSocketServer({ noServer: true }) as WebSocketServerLike // by its types an option may be undefined
  const server = serve({
    fetch: app.fetch,
    port: 0,
    hostname: '127.0.0.1',
    websocket: { server: sockets },
  })
  onTestFinished(() => void server.close())
  if (!server.listening) await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  expect(await upgrade(port, '/closed')).toBe(401)
  expect(await upgrade(port, '/closed', testToken)).toBe(401)
  expect(await upgrade(port, '/closed', token)).toBe(101)
  expect(await upgrade(port, '/open')).toBe(101)
  expect(() => assertGuarded(app)).toThrow('before GET /open')
})
