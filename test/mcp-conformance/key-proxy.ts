import { request as ask, createServer } from 'node:http'
import { pipeline } from 'node:stream'
import { type Listening, listen } from './listen.js'

/** Forwards each request with a key, for clients that cannot send one. `Host` and all other headers stay as they are. */
export function keyProxy(target: () => string, key: () => string | null): Promise<Listening> {
  return listen(
    createServer((req, res) => {
      const { hostname, port } = new URL(target())
      const token = key()
      const headers = { ...req.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
      const onward = ask({ hostname, port, path: req.url, method: req.method, headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        res.flushHeaders()
        pipeline(answer, res, () => {})
      })
      onward.on('error', () => res.destroy())
      res.on('close', () => onward.destroy())
      req.pipe(onward)
    }),
  )
}
