/**
 * Reads the body of a request as it came, which is what signatures are over.
 *
 * @returns `null` for one of more bytes: the rest of it is not read.
 */
export async function readBytes(request: Pick<Request, 'body' | 'headers'>, most: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > most) return null
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > most) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Text in UTF-8; `null` for bytes that are none. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
