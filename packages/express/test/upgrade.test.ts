import { once } from 'node:events'
import { createServer, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGate } from '@keywright/core'
import { nodeRequest, sendReply } from '@keywright/core/adapter'
import type { RequestHandler } from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { upgrade } from '../../../test/support/upgrade.js'
import { requireKey } from '../src/index.js'
import { K, KT, openKeyring, versions } from './task-board.js'

const accepted = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

it.each(versions)(
  'an upgrade passes by the guards of %s, and is refused by a gate where it is handled (ADP-3)',
  async (_, express) => {
    const { keyring } = await openKeyring()
    const handler: RequestHandler = (_req, res) => void res.send('ok')
    const app = express().use(requireKey(keyring), handler)
    const gate = createGate(keyring, { scopes: ['members.read'] })

    const server = createServer(app).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
    expect(await upgrade(port, '/live')).toBe(401) // without a listener, it is a request like others

    server.on('upgrade', async (req, socket) => {
      socket.on('error', () => socket.destroy())
      if (req.url === '/bare') return void socket.end(accepted)
      const asked = nodeRequest(req, req.url ?? '')
      const verdict = await gate(asked, asked)
      if (verdict.ok) return void socket.end(accepted)
      const res = new ServerResponse(req)
      res.assignSocket(req.socket)
      res.on('finish', () => socket.end())
      sendReply(res, verdict.reply)
    })
    expect(await upgrade(port, '/bare')).toBe(101)
    expect(await upgrade(port, '/live')).toBe(401)
    expect(await upgrade(port, '/live', KT)).toBe(401)
    expect(await upgrade(port, '/live', K)).toBe(101)
  },
)
