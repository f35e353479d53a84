import { type AnyNode, parse } from '@humanwhocodes/momoa'
import { ApiProblem } from './problem.js'

const maxBytes = 65_536

/**
 * Reads the JSON body of a request: at most 64 KB, every name once, no `__proto__`. An empty body is an empty object.
 *
 * @throws {@link ApiProblem} with status 400, 413 or 415.
 */
export async function readBody(request: Request): Promise<unknown> {
  const text = await decodeText(request)
  return text === '' ? {} : parseJson(text)
}

/**
 * Whether there is a body where none is taken. It reads no further than the first byte: what is not taken need not be right.
 *
 * @throws {@link ApiProblem} with status 415 for a request that could be a form of another site.
 */
export async function hasBody({ body, headers, method }: Request): Promise<boolean> {
  if (method === 'GET' || method === 'HEAD') return false
  requireJson(headers.get('content-type'))
  for await (const chunk of body ?? []) if (chunk.length > 0) return true
  return false
}

/** A page of another site can send a form without asking, even an empty one, but it cannot send JSON. */
function requireJson(type: string | null): void {
  if (type !== null && !jsonType.test(type)) throw notJson()
}

async function decodeText(request: Request): Promise<string> {
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') {
    throw new ApiProblem(415, 'encoded_body', 'The body must not be compressed. Send it without Content-Encoding.')
  }
  const type = request.headers.get('content-type')
  requireJson(type)
  const bytes = await collectBytes(request)
  if (bytes.length === 0) return ''
  if (type === null) throw notJson()
  const text = textOf(bytes)
  if (text === null) throw new ApiProblem(400, 'malformed_body', 'The body is not valid UTF-8.')
  return text
}

/** Text in UTF-8; `null` for bytes that are none. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function notJson(): ApiProblem {
  return new ApiProblem(415, 'not_json', 'The body must be JSON in UTF-8. Send it with Content-Type: application/json.')
}

/** @throws {@link ApiProblem} with status 413. */
export async function collectBytes(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new ApiProblem(413, 'body_too_large', `The body must have at most ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(text: string): unknown {
  let tree: AnyNode
  try {
    tree = parse(text, { mode: 'json' })
  } catch {
    throw new ApiProblem(400, 'malformed_body', 'The body is not valid JSON.')
  }
  // `JSON.parse` takes the last of two equal names. A proxy on the way may have checked the first.
  if (hasUnsafeNames(tree)) {
    throw new ApiProblem(
      400,
      'malformed_body',
      'The body must not have a name twice in one object, or the name __proto__.',
    )
  }
  return JSON.parse(text)
}

function hasUnsafeNames(node: AnyNode): boolean {
  const nodes = [node]
  for (let next = nodes.pop(); next !== undefined; next = nodes.pop()) {
    if (next.type === 'Document') nodes.push(next.body)
    if (next.type === 'Array') nodes.push(...next.elements.map(({ value }) => value))
    if (next.type !== 'Object') continue
    const names = next.members.map(({ name }) => (name.type === 'String' ? name.value : name.name))
    if (new Set(names).size < names.length || names.includes('__proto__')) return true
    nodes.push(...next.members.map(({ value }) => value))
  }
  return false
}
