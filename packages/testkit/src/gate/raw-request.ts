import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { InvalidInput } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'

export type Fields = readonly (readonly [name: string, value: string])[]

/** A request to send byte by byte. */
export interface RawRequest {
  /** The HTTP method. @defaultValue 'GET' */
  readonly method?: string | undefined
  /** The request target, exactly as in the request line. @defaultValue '/' */
  readonly target?: string | undefined
  /** Header fields in addition to `Host` and `Connection`. @defaultValue none */
  readonly fields?: Fields | undefined
}

const requestNames: NamesOf<RawRequest> = { method: true, target: true, fields: true }

/** The response to a {@link RawRequest}. */
export interface RawAnswer {
  readonly status: number
  readonly fields: Fields
  /** Returns the value of a field, or `undefined` if it is missing. Repeated fields are joined with a comma. */
  header(name: string): string | undefined
  readonly body: string
  /** The whole response, as it was received. */
  readonly bytes: string
}

/**
 * Sends one request to a port of this machine, exactly as written, and waits for the end of the response. HTTP clients would
 * correct targets and join fields, which the tests must not do.
 *
 * @throws {@link InvalidInput} when the request has an unknown field.
 * @throws Error when no response arrives within ten seconds.
 */
export async function rawRequest(port: number, request: RawRequest = {}): Promise<RawAnswer> {
  checkNames(request, requestNames, { Invalid: InvalidInput })
  const { method = 'GET', target = '/', fields = [] } = request
  const socket = connect(port, '127.0.0.1').setTimeout(10_000, () =>
    socket.destroy(new Error('The request has no response after 10 seconds.')),
  )
  const lines = [['Host', 'test'], ['Connection', 'close'], ...fields].map(([name, value]) => `${name}: ${value}\r\n`)
  const sent = write(socket, `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  let bytes = ''
  try {
    for await (const chunk of socket) {
      bytes += chunk.toString('latin1')
      if (isWhole(bytes, method)) break
    }
  } catch (error) {
    // A server that refuses a field early may close while the rest is being sent. Its response has arrived before that.
    if (bytes === '') throw error
  }
  await sent
  return parse(bytes)
}

/** More bytes than `node:http` accepts, so that it refuses a field within the first piece. */
const PIECE = 20_000

/**
 * Sends piece by piece until a response arrives. Bytes that arrive after a server has refused and closed reset the connection, and
 * the sockets of Deno report the reset before the response.
 */
async function write(socket: Socket, bytes: string): Promise<void> {
  for (let start = 0; start < bytes.length && socket.writable && socket.bytesRead === 0; start += PIECE) {
    socket.write(bytes.slice(start, start + PIECE), 'latin1')
    if (start + PIECE < bytes.length) await setTimeout(100)
  }
}

/** Tests whether a response is complete, for servers that ignore `Connection: close`, such as workerd. */
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
