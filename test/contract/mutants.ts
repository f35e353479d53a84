import { type ManagementApi, managementApi, type WebhookManager } from '@keywright/api'
import { makeWebhookSecret } from '@keywright/webhooks'
import { canary, foreign, type Make } from './product.js'

/** An API whose requests, or answers, are changed on their way. */
function onTheWay(change: (api: ManagementApi, request: Request) => Promise<Response>): Make {
  return (keyring, options) => {
    const api = managementApi(keyring, options)
    return { document: api.document, fetch: (request) => change(api, request) }
  }
}

/** The same answer with another status, other headers, or another body. */
async function altered(
  response: Response,
  { status = response.status, headers = response.headers, text }: { status?: number; headers?: Headers; text?: string },
): Promise<Response> {
  const body = text ?? (await response.text())
  return new Response(body === '' ? null : body, { status, headers })
}

function hooksOf({ webhooks }: Parameters<Make>[1]): WebhookManager {
  if (webhooks === undefined) throw new Error('The product has no webhooks.')
  return webhooks
}

/** Faults that the contract must notice: what each does, how, and what is said of it. */
export const mutants: readonly (readonly [name: string, make: Make, fault: RegExp])[] = [
  [
    'forgets the organisation in lists',
    (keyring, options) => {
      const list: typeof keyring.list = (query) => keyring.list({ ...query, organizationId: foreign })
      return managementApi(Object.create(keyring, { list: { value: list } }), options)
    },
    /something of another organisation/,
  ],
  [
    'forgets the organisation when it reads a key',
    (keyring, options) => {
      const get: typeof keyring.get = (id) => keyring.get(id)
      return managementApi(Object.create(keyring, { get: { value: get } }), options)
    },
    /something of another organisation/,
  ],
  [
    'forgets the organisation when it reads a webhook',
    (keyring, options) => {
      const get = async (id: string) => hooksOf(options).get(id, {})
      return managementApi(keyring, { ...options, webhooks: { ...hooksOf(options), get } })
    },
    /something of another organisation/,
  ],
  [
    'shows the secret of a webhook in a list',
    (keyring, options) => {
      const list: WebhookManager['list'] = async (query, within) => {
        const { endpoints, nextCursor } = await hooksOf(options).list(query, within)
        return { nextCursor, endpoints: endpoints.map((one) => ({ ...one, description: makeWebhookSecret() })) }
      }
      return managementApi(keyring, { ...options, webhooks: { ...hooksOf(options), list } })
    },
    /shows the secret of a webhook/,
  ],
  [
    'leaves the ETag of a key out',
    onTheWay(async (api, request) => {
      const response = await api.fetch(request)
      const headers = new Headers(response.headers)
      headers.delete('etag')
      return altered(response, { headers })
    }),
    /without ETag/,
  ],
  [
    'answers with a status that is not listed',
    onTheWay(async (api, request) => {
      const response = await api.fetch(request)
      return response.status === 404 ? altered(response, { status: 418 }) : response
    }),
    /418 is not in the document/,
  ],
  [
    'tells what went wrong inside the host',
    onTheWay(async (api, request) => {
      const response = await api.fetch(request)
      if (response.status !== 503) return response
      return altered(response, { text: (await response.text()).replace('The request', `At ${canary}, the request`) })
    }),
    /an error of the host/,
  ],
  [
    'takes a field that it does not know',
    onTheWay(async (api, request) => {
      if (!['POST', 'PATCH'].includes(request.method)) return api.fetch(request)
      const text = await request.text()
      const init = { method: request.method, headers: request.headers }
      try {
        const { owner: _, organization_id: __, status: ___, hash: ____, metadata: _____, ...body } = JSON.parse(text)
        return await api.fetch(new Request(request.url, { ...init, body: JSON.stringify(body) }))
      } catch {
        return api.fetch(new Request(request.url, { ...init, body: text }))
      }
    }),
    /a body that the document excludes/,
  ],
  [
    'answers with a field that is not in the document',
    onTheWay(async (api, request) => {
      const response = await api.fetch(request)
      return altered(response, { text: (await response.text()).replace('"preview":', '"hash":"x","preview":') })
    }),
    /must NOT have additional properties/,
  ],
  [
    'fails for a long cursor',
    onTheWay(async (api, request) => {
      const { length } = new URL(request.url).searchParams.get('cursor') ?? ''
      return length > 200 ? new Response('', { status: 500 }) : api.fetch(request)
    }),
    /status 500/,
  ],
  [
    'shows a token in a list',
    onTheWay(async (api, request) => {
      const response = await api.fetch(request)
      const text = await response.text()
      if (request.method !== 'GET') return altered(response, { text })
      return altered(response, { text: text.replace('tk_live_', `tk_live_${'a'.repeat(12)}_${'b'.repeat(32)}`) })
    }),
    /shows a token/,
  ],
]
