import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

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
  const sent = write(socket, `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  let bytes = ''
  try {
    for await (const chunk of socket) {
      bytes += chunk.toString('latin1')
      if (isWhole(bytes, method)) break
    }
  } catch (error) {
    // A server that refuses a field half-way may close while the rest is still on its way; its answer came before that.
    if (bytes === '') throw error
  }
  await sent
  return parse(bytes)
}

/** More than `node:http` takes: what it refuses, it refuses before there is more. */
const PIECE = 20_000

/**
 * Sends piece by piece, until an answer comes: what arrives after a server has refused and closed resets the connection, of
 * which the sockets of Deno tell before they tell the answer.
 */
async function write(socket: Socket, bytes: string): Promise<void> {
  for (let start = 0; start < bytes.length && socket.writable && socket.bytesRead === 0; start += PIECE) {
    socket.write(bytes.slice(start, start + PIECE), 'latin1')
    if (start + PIECE < bytes.length) await setTimeout(100)
  }
}

/** Tells where an answer ends whose server will not close behind it, though it was asked to: workerd does not. */
function isWhole(bytes: string, method: string): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return false
  const { header } = parse(bytes)
  if (header('Connection')?.toLowerCase() === 'close') return false
  if (method === 'HEAD') return true
  if (header('Transfer-Encoding') === 'chunked') return bytes.endsWith('\r\n0\r\n\r\n')
  return bytes.length - end - 4 >= Number(header('Content-Length') ?? Number.POSITIVE_INFINITY)
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
