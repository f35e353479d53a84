import type { Access, Keyring } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { languages, script, style } from '#page'
import type { DashboardOptions } from './options.js'
import { readOptions } from './read-options.js'
import { shell } from './shell.js'

/** The settings page. Mount `fetch` at any path, with all that is below it. */
export interface Dashboard {
  /** Answers every request at the path and below it. Never rejects. */
  fetch(request: Request): Promise<Response>
}

/**
 * Makes the page on which people create and manage their API keys: "Settings > API keys". It has no data of its own; in the browser,
 * it asks the management API, which decides what the caller may do. Serve both from the same origin.
 *
 * @param keyring - The keyring of the management API.
 * @throws {@link InvalidOptions} that names the option, if one is wrong or unknown.
 * @example
 * ```ts
 * const page = dashboard(keyring, { branding: { productName: 'Acme' } })
 * app.use('/api/api-keys', nodeListener(api)) // of @keywright/api
 * app.use('/settings/api-keys', nodeListener(page)) // Express
 * ```
 */
export function dashboard<A extends Access>(keyring: Keyring<A>, options: DashboardOptions): Dashboard {
  adapterOf(keyring) // what createKeyring did not make is refused at start-up
  const setup = readOptions(options)
  const fetch = async (request: Request): Promise<Response> => {
    const name = lastPart(request.url)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return reply(request, 'Only GET', { status: 405, headers: { Allow: 'GET, HEAD', 'Cache-Control': 'no-store' } })
    }
    const found = scripts.find((file) => file.name === name)
    if (found !== undefined) return reply(request, found.text, asset('text/javascript'))
    if (name === style.name) return reply(request, style.text, asset('text/css'))
    // A file of another release: the page would run half of it.
    if (/^keywright-[0-9a-f]+\.(js|css)$/.test(name)) {
      return reply(request, 'Not found', { status: 404, headers: { 'Cache-Control': 'no-store' } })
    }
    return reply(request, shell(setup, name), { headers: shellHeaders })
  }
  return Object.freeze({ fetch })
}

const scripts = [script, ...Object.values(languages)]

/** Nothing inline, nothing of another origin, no text that becomes markup. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const shellHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': policy,
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)',
}

function asset(type: string): ResponseInit {
  // The name is a digest of the text.
  const headers = { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'public, max-age=31536000, immutable' }
  return { headers }
}

function reply({ method }: Request, text: string, { status = 200, headers }: ResponseInit): Response {
  const response = new Response(method === 'HEAD' ? null : text, { status, headers: new Headers(headers) })
  response.headers.set('X-Content-Type-Options', 'nosniff')
  response.headers.set('Referrer-Policy', 'no-referrer')
  if (!response.headers.has('Content-Type')) response.headers.set('Content-Type', 'text/plain; charset=utf-8')
  return response
}

function lastPart(url: string): string {
  const { pathname } = new URL(url)
  return pathname.slice(pathname.lastIndexOf('/') + 1)
}
