import { connect } from 'node:net'

export type Fields = readonly (readonly [name: string, value: string])[]

/** What to send. */
export interface RawRequest {
  /** @defaultValue 'GET' */
  readonly method?: string | undefined
  /** The request target, as it is to stand in the request line. @defaultValue '/' */
  readonly target?: string | undefined
  /** Beside `Host` and `Connection`. @defaultValue none */
  readonly fields?: Fields | undefined
}

/** What came back. */
export interface RawAnswer {
  readonly status: number
  readonly fields: Fields
  /** The value of a field, `undefined` where it is missing; repeated fields are joined by a comma. */
  header(name: string): string | undefined
  readonly body: string
  /** All of it, as it came. */
  readonly bytes: string
}

/**
 * Sends one request to a port of this machine, byte by byte as written, and waits for the answer's end: HTTP clients mend
 * targets and join fields, which is what is to be tested.
 *
 * @throws Error where no answer comes within two seconds.
 */
export async function rawRequest(port: number, request: RawRequest = {}): Promise<RawAnswer> {
  const { method = 'GET', target = '/', fields = [] } = request
  const socket = connect(port, '127.0.0.1').setTimeout(2_000, () => socket.destroy(new Error('The request hangs')))
  const lines = [['Host', 'test'], ['Connection', 'close'], ...fields].map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
  const chunks: Buffer[] = []
  try {
    for await (const chunk of socket) chunks.push(chunk)
  } catch (error) {
    // A server that refuses a field half-way may close while the rest is still on its way; its answer came before that.
    if (chunks.length === 0) throw error
  }
  return parse(Buffer.concat(chunks).toString('latin1'))
}

function parse(bytes: string): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes.slice(0, end).split('\r\n')
  const fields = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const)
  const header = (name: string): string | undefined => {
    const values = fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
    return values.length === 0 ? undefined : values.join(', ')
  }
  const rest = bytes.slice(end + 4)
  const body = header('Transfer-Encoding') === 'chunked' ? withoutChunks(rest) : rest
  return { status: Number(statusLine.split(' ')[1]), fields, header, body, bytes }
}

function withoutChunks(rest: string): string {
  const length = Number.parseInt(rest, 16)
  if (!(length > 0)) return ''
  const start = rest.indexOf('\r\n') + 2
  return rest.slice(start, start + length) + withoutChunks(rest.slice(start + length + 2))
}
