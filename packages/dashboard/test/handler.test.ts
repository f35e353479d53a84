import { memoryStore } from '@keywright/core'
import { testKeyring } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import { type DashboardOptions, dashboard } from '../src/index.js'

const { keyring } = testKeyring({ store: memoryStore() })
const branding = { productName: 'Acme "Boards" <3' }
const page = dashboard(keyring, { branding, lang: 'de-AT', mcp: { url: 'https://acme.example/mcp' } })
const get = (path: string, init?: RequestInit): Promise<Response> =>
  page.fetch(new Request(`https://acme.example${path}`, init))

/** The addresses of the files that the document at this path asks for. */
async function filesOf(path: string): Promise<readonly string[]> {
  const html = await (await get(path)).text()
  return [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(
    ([, at = '']) => new URL(at, `https://acme.example${path}`).pathname,
  )
}

describe('the handler', () => {
  it('serves a document that nothing keeps, with a policy that lets nothing inline run (UI-1, UI-3)', async () => {
    const { status, headers } = await get('/settings/api-keys')
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'permissions-policy': expect.stringContaining('camera=()'),
    })
    const policy = new Map(
      headers
        .get('content-security-policy')
        ?.split('; ')
        .map((one) => [one.split(' ')[0], one] as const),
    )
    expect(policy.get('default-src')).toBe("default-src 'none'")
    for (const kind of ['script-src', 'style-src', 'connect-src']) expect(policy.get(kind)).toBe(`${kind} 'self'`)
    expect(policy.get('frame-ancestors')).toBe("frame-ancestors 'self'")
    expect(policy.get('base-uri')).toBe("base-uri 'none'")
    expect(policy.get('form-action')).toBe("form-action 'none'")
    expect(policy.get('require-trusted-types-for')).toBe("require-trusted-types-for 'script'")
    expect([...policy.values()].join()).not.toContain('unsafe')
  })

  it('has no script, style or handler in the document, and hands options over as text', async () => {
    const html = await (await get('/settings/api-keys')).text()
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/)
    expect(html).not.toContain('Boards" <3')
    expect(html).toContain('lang="de-AT" dir="ltr"')
  })

  it.each(['/settings/api-keys', '/settings/api-keys/', '/'])('serves its files below %s, for ever', async (path) => {
    const files = await filesOf(path)
    // The stylesheet, the strings of the language, and the page.
    expect(files).toHaveLength(3)
    for (const file of files) {
      expect(file).toMatch(
        new RegExp(`^${path === '/' ? '' : '/settings/api-keys'}/keywright-[0-9a-f]{12}\\.(js|css)$`),
      )
      const { status, headers } = await get(file)
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('answers HEAD without a body, 405 to what would change something, and 404 to a file of another release', async () => {
    expect(await (await get('/settings/api-keys', { method: 'HEAD' })).text()).toBe('')
    expect((await get('/settings/api-keys', { method: 'POST' })).status).toBe(405)
    const old = await get('/settings/api-keys/keywright-000000000000.js')
    expect([old.status, old.headers.get('cache-control')]).toEqual([404, 'no-store'])
  })

  it.each(['/settings/acme.keys', '/v1.2', '/api-keys.html'])('serves its document at %s', async (path) => {
    const { status, headers } = await get(path)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    for (const file of await filesOf(path)) expect((await get(file)).status).toBe(200)
  })

  it('is well formed, and in the language of the page', async () => {
    const html = await (await get('/settings/api-keys')).text()
    for (const name of ['html', 'head', 'body', 'main', 'title']) {
      expect(html.match(new RegExp(`<${name}[ >]`, 'g')), name).toHaveLength(1)
      expect(html.match(new RegExp(`</${name}>`, 'g')), name).toHaveLength(1)
    }
    expect(html).toContain(' · API-Schlüssel</title>')
    expect(html).toContain('<noscript>Diese Seite braucht JavaScript.</noscript>')
    const french = dashboard(keyring, { branding, lang: 'fr' })
    expect(await (await french.fetch(new Request('https://acme.example/'))).text()).toContain(' · API keys</title>')
  })

  it('writes no path as markup', async () => {
    const html = await (await get('/settings/%22%3E%3Cscript%3Ealert(1)%3C')).text()
    expect(html).not.toContain('<script>')
    const quoted = await (await get("/settings/x'onload=")).text()
    expect(quoted).not.toContain("x'onload")
  })
})

describe('the options', () => {
  const scripted = { client: 'bad', title: 'Bad', files: [], link: 'javascript:alert(1)', notes: [], warnings: [] }
  const wrong: readonly (readonly [string, Record<string, unknown>])[] = [
    ['branding', {}],
    ['branding.productName', { branding: { productName: '' } }],
    ['branding.productName', { branding: { productName: 'a\u202Eb' } }],
    ['branding.logoUrl', { branding: { ...branding, logoUrl: 'https://cdn.example/logo.png' } }],
    ['branding.logoUrl', { branding: { ...branding, logoUrl: '//cdn.example/logo.png' } }],
    ['branding.logoUrl', { branding: { ...branding, logoUrl: 'javascript:alert(1)' } }],
    ['branding.accent', { branding: { ...branding, accent: 'red; background: url(//a.example)' } }],
    ['api', { branding, api: 'https://api.example/keys' }],
    ['lang', { branding, lang: '"><script>' }],
    ['dir', { branding, dir: 'up' }],
    ['exampleUrl', { branding, exampleUrl: 'javascript:alert(1)' }],
    ['envName', { branding, envName: 'A B' }],
    ['mcp.url', { branding, mcp: { url: 'x' } }],
    ['mcp.clients', { branding, mcp: { url: 'https://a.example', clients: () => [{ title: 'x' }] } }],
    ['mcp.clients', { branding, mcp: { url: 'https://a.example', clients: () => [scripted] } }],
    ['show.audit', { branding, show: { audit: 'yes' } }],
    ['show.zzz', { branding, show: { zzz: true } }],
    ['zzz', { branding, zzz: true }],
  ]
  it.each(wrong)('are refused at start-up: %s of %j', (field, options) => {
    const make = () => dashboard(keyring, options as unknown as DashboardOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_options', field }))
  })

  it('refuse what createKeyring did not make', () => {
    expect(() => dashboard({} as typeof keyring, { branding })).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    )
  })

  it.each(['ar', 'ckb', 'he-IL'])('write right to left where the language is: %s', async (lang) => {
    const made = dashboard(keyring, { branding, lang })
    expect(await (await made.fetch(new Request('https://a.example/keys'))).text()).toContain(`lang="${lang}" dir="rtl"`)
  })

  it.each([
    ['Acme Boards', 'ACME_BOARDS_API_KEY'],
    ['Müller & Söhne', 'MULLER_SOHNE_API_KEY'],
    ['7bit', '_7BIT_API_KEY'],
    ['株式会社', 'API_KEY'],
  ])('make the name of a variable of the name of the product: %s', async (productName, envName) => {
    const made = dashboard(keyring, { branding: { productName } })
    const html = await (await made.fetch(new Request('https://a.example/keys'))).text()
    expect(html).toContain(`&#34;envName&#34;:&#34;${envName}&#34;`)
  })
})
