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
  const bytes = await readAhead(req, maxBytes)
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

function isReadable({ headers, readableFlowing, readableEnded, destroyed }: IncomingMessage): boolean {
  if (readableFlowing === true || readableEnded || destroyed) return false
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') return false
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0
  return hasBody && /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')
}

function readAhead(req: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = (isWhole: boolean): void => {
      req.off('readable', take).off('close', give)
      const bytes = Buffer.concat(chunks)
      // The stream has not said that it ended yet, and does not while it has something.
      if (bytes.byteLength > 0 && !req.readableEnded && !req.destroyed) req.unshift(bytes)
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
