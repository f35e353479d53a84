/** Reads the body of a request, up to a limit. `null`: there is none. */
export async function readBytes(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null | 'too large'> {
  // With a known length, avoid `request.body`: Node would first build a stream. No server passes on more than that length.
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (length <= maxBytes) return length === 0 ? null : new Uint8Array(await request.arrayBuffer())
  if (length > maxBytes) return 'too large'
  if (request.body === null) return null
  const chunks: Uint8Array[] = []
  let size = 0
  // TypeScript's DOM types lack the async iterator that every supported runtime has.
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) return 'too large'
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const utf8 = new TextDecoder()

/** The JSON value of a body. `undefined`: it is not JSON, and the SDK answers that. */
export function parseJson(bytes: Uint8Array | null): unknown {
  if (bytes === null) return undefined
  try {
    return JSON.parse(utf8.decode(bytes)) // Drops a byte order mark, as the SDKs do.
  } catch {
    return undefined
  }
}
