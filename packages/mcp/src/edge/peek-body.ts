import type { IncomingMessage } from 'node:http'
import { parseJson } from './fetch-body.js'

/** The body of a request whose handler will read it as well. */
export interface PeekedBody {
  readonly parsed: unknown
  /** Makes the handler read another body. */
  replace(body: unknown): void
}

/**
 * Reads a JSON body ahead of the host's parser, and puts it back. `null`: it is no JSON in clear, it is too large, or somebody else
 * reads it.
 */
export async function peekBody(req: IncomingMessage, maxBytes: number): Promise<PeekedBody | null> {
  if (!isReadable(req)) return null
  // A small body mostly came with its headers: then nothing is to be waited for.
  const bytes = req.complete ? readWhole(req, maxBytes) : await readAhead(req, maxBytes)
  if (bytes === null) return null
  return {
    parsed: parseJson(new Uint8Array(bytes)),
    replace: (body) => {
      while (req.read() !== null) {} // what was put back
      const replaced = Buffer.from(JSON.stringify(body))
      setLength(req, replaced.byteLength)
      req.unshift(replaced)
    },
  }
}

function isReadable(req: IncomingMessage): boolean {
  const { headers, readableFlowing, readableEnded, readableEncoding, destroyed } = req
  // With an encoding, it gives texts: somebody has begun to read it.
  if (readableFlowing === true || readableEnded || destroyed || readableEncoding != null) return false
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') return false
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0
  return hasBody && /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')
}

/** Reads a body that has come as a whole, and puts it back. */
function readWhole(req: IncomingMessage, maxBytes: number): Buffer | null {
  if (req.readableLength > maxBytes) return null
  const chunks: Buffer[] = []
  for (let chunk: Buffer | null = req.read(); chunk !== null; chunk = req.read()) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  putBack(req, bytes)
  return bytes
}

/** The stream has not said that it ended yet, and does not while it has something. */
function putBack(req: IncomingMessage, bytes: Buffer): void {
  if (bytes.byteLength > 0 && !req.readableEnded && !req.destroyed) req.unshift(bytes)
}

function readAhead(req: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = (isWhole: boolean): void => {
      req.off('readable', take).off('close', give)
      const bytes = Buffer.concat(chunks)
      putBack(req, bytes)
      resolve(isWhole ? bytes : null)
    }
    const give = (): void => stop(false)
    const take = (): void => {
      for (let chunk: Buffer | null = req.read(); chunk !== null; chunk = req.read()) {
        chunks.push(chunk)
        size += chunk.byteLength
        if (size > maxBytes) break
      }
      if (size > maxBytes || req.complete) stop(size <= maxBytes)
    }
    req.on('readable', take).on('close', give)
  })
}

function setLength(req: IncomingMessage, length: number): void {
  if (req.headers['content-length'] === undefined) return // chunked
  req.headers['content-length'] = String(length)
  const at = req.rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length')
  if (at !== -1) req.rawHeaders[at + 1] = String(length)
}
