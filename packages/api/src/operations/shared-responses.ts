import type { OpenAPIHono } from '@hono/zod-openapi'
import { etag, type ShownHeader } from '../http/shown-headers.js'

type Json = Readonly<Record<string, unknown>>

/** Headers of all answers, by the name of their component. */
const headers: Readonly<Record<string, readonly [name: string, header: ShownHeader]>> = {
  RequestId: [
    'X-Request-Id',
    {
      required: true,
      description: 'The id of the request, which the audit log keeps: that of the sender, or else a new one.',
      schema: { type: 'string', example: '3f0c2f4e-5a0b-4a39-9a55-0f3c1d2e4b6a' },
    },
  ],
  RateLimit: [
    'RateLimit',
    {
      description:
        'How many requests the caller has left (`r`), and for how many seconds (`t`). There is none without limits.',
      schema: { type: 'string', example: '"api";r=599;t=60' },
    },
  ],
  RateLimitPolicy: [
    'RateLimit-Policy',
    {
      description: 'How many requests each caller may send (`q`) in how many seconds (`w`).',
      schema: { type: 'string', example: '"api";q=600;w=60' },
    },
  ],
}

/** Adds the headers of all answers to the document, and the answer that says that nothing has changed. */
export function registerShared({ openAPIRegistry: registry }: Pick<OpenAPIHono, 'openAPIRegistry'>): void {
  for (const [key, [, header]] of Object.entries(headers)) registry.registerComponent('headers', key, { ...header })
  registry.registerComponent('responses', 'NotModified', {
    description: 'What `If-None-Match` names is still right.',
    headers: { ETag: { ...etag } },
  })
}

/** Puts the headers of all answers into each response of a document. Responses that are referred to have theirs already. */
export function withSharedHeaders(document: Json): Json {
  const components = document.components as Json // described by the same package
  const paths = mapValues(document.paths as Json, (methods) =>
    mapValues(methods as Json, (operation) => {
      const { responses, ...rest } = operation as Json
      return { ...rest, responses: mapValues(responses as Json, (response) => withHeaders(response as Json)) }
    }),
  )
  // Of somebody who is not known, nothing is counted.
  const shared = mapValues(components.responses as Json, (response, name) =>
    withHeaders(response as Json, name === 'NotAuthenticated' ? ['RequestId'] : undefined),
  )
  return { ...document, paths, components: { ...components, responses: shared } }
}

function withHeaders(response: Json, names: readonly string[] = Object.keys(headers)): Json {
  if ('$ref' in response) return response
  const added = names.map((key) => [headers[key]?.[0] ?? '', { $ref: `#/components/headers/${key}` }])
  return { ...response, headers: { ...(response.headers as Json | undefined), ...Object.fromEntries(added) } }
}

function mapValues(json: Json, change: (value: unknown, name: string) => unknown): Json {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, change(value, name)]))
}
