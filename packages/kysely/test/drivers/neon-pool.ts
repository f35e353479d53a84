import { type AddressInfo, connect } from 'node:net'
import { neonConfig, Pool } from '@neondatabase/serverless'
import { createWebSocketStream, WebSocket, WebSocketServer } from 'ws'

/** A pool of Neon's driver over WebSockets, and a proxy that passes on what comes to a PostgreSQL server, as Neon's own does. */
export function neonPool(connectionString: string, max: number): Pool {
  const { hostname, port } = new URL(connectionString)
  const proxy = new WebSocketServer({ port: 0 })
  proxy.on('connection', (socket) => {
    const [client, server] = [createWebSocketStream(socket), connect(Number(port || 5432), hostname)]
    client.pipe(server).pipe(client)
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
  })
  const { port: own } = proxy.address() as AddressInfo // without a host, it listens at once; it is no pipe
  neonConfig.webSocketConstructor = WebSocket
  neonConfig.wsProxy = () => `127.0.0.1:${own}`
  // This server is not behind Neon's TLS, and asks for no password.
  neonConfig.useSecureWebSocket = false
  neonConfig.pipelineTLS = false
  neonConfig.pipelineConnect = false
  const pool = new Pool({ connectionString, max, connectionTimeoutMillis: 20_000 })
  const end = pool.end.bind(pool) as () => Promise<void>
  return Object.assign(pool, {
    end: async () => {
      await end()
      proxy.close()
    },
  })
}
