import type { z } from '@hono/zod-openapi'
import { type AnyNode, parse } from '@humanwhocodes/momoa'
import { ApiProblem } from './problem.js'

const maxBytes = 65_536

/**
 * Reads a request's JSON body: at most 64 KB, each name once, none that means more to some readers, nothing that the schema does not have (HTTP-19).
 *
 * @throws ApiProblem 400, 413 or 415, naming the field.
 */
export async function readBody<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const text = await readText(request)
  const result = schema.safeParse(text === '' ? {} : parseOnce(text))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : (issue?.path ?? [])
  // The name of a field is cut and cleaned: it is the client's own text.
  const name = field
    .map((part) =>
      String(part)
        .replace(/[^\w.:-]/g, '')
        .slice(0, 64),
    )
    .join('.')
  throw new ApiProblem(400, 'invalid_input', `${name || 'The body'}: ${expectationOf(issue)}.`, { field: name })
}

function expectationOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') return 'not a field of this request'
  return issue?.code === 'invalid_type' ? `expected ${issue.expected}` : 'not as the schema says'
}

async function readText(request: Request): Promise<string> {
  const type = request.headers.get('content-type')
  // A page of someone else can send a form, even an empty one, but no JSON (MGMT-6).
  if (type !== null && !jsonType.test(type)) throw notJson()
  const bytes = await readBytes(request)
  if (bytes.length === 0) return ''
  if (type === null) throw notJson()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ApiProblem(400, 'malformed_body', 'The body is not UTF-8.')
  }
}

const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function notJson(): ApiProblem {
  return new ApiProblem(415, 'not_json', 'Send the body as application/json, in UTF-8.')
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new ApiProblem(413, 'body_too_large', `Send at most ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseOnce(text: string): unknown {
  let tree: AnyNode
  try {
    tree = parse(text, { mode: 'json' })
  } catch {
    throw new ApiProblem(400, 'malformed_body', 'The body is not JSON.')
  }
  // `JSON.parse` takes the last of two and says nothing; another reader on the way might have taken the first.
  if (hasOddNames(tree)) throw new ApiProblem(400, 'malformed_body', 'The body has a name twice, or `__proto__`.')
  return JSON.parse(text)
}

function hasOddNames(node: AnyNode): boolean {
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
