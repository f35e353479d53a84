// Opens each page of the built site in Chromium, once: no fault in the console, no request to another origin, one heading that says
// what the page is, and no link to a heading that is not there. Run after `build`. With SCREENSHOTS=folder, it takes pictures.
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const dist = join(import.meta.dirname, '.vitepress/dist')
const base = process.env.DOCS_BASE ?? '/'
const pictures = process.env.SCREENSHOTS
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

/** A static server, as hosts of pages are: `/a` is `a.html` or `a/index.html`. */
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://site').pathname.replace(base, '/')
  const file = [path, `${path}.html`, join(path, 'index.html')]
    .map((name) => join(dist, decodeURIComponent(name)))
    .find((name) => existsSync(name) && statSync(name).isFile())
  if (file === undefined) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
})

const pages = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.html'))
  .map((name) => name.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, ''))
  .sort()

/** The ids of a page, without opening it. */
const idsOf = new Map(
  pages.map((page) => {
    const file = [`${page}.html`, join(page, 'index.html')]
      .map((name) => join(dist, name))
      .find((name) => existsSync(name))
    const html = file === undefined ? '' : readFileSync(file, 'utf8')
    return [page, new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))] as const
  }),
)

/** What is wrong with a page. */
async function check(browser: Browser, origin: string, page: string): Promise<string[]> {
  const tab = await browser.newPage()
  const faults: string[] = []
  tab.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  tab.on('pageerror', (error) => faults.push(String(error)))
  tab.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) faults.push(`asks ${request.url()}`)
  })
  const url = `${origin}${base}${page}`
  const response = await tab.goto(url, { waitUntil: 'networkidle' })
  // The page of what is not there has its own status elsewhere, and is here as a file.
  if (response?.status() !== 200) faults.push(`answers ${response?.status()}`)
  if (page !== '404' && (await tab.locator('h1').count()) !== 1)
    faults.push(`has ${await tab.locator('h1').count()} h1`)
  const links = await tab
    .locator('.vp-doc a[href*="#"]')
    .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href))
  for (const link of links) {
    const { origin: where, pathname, hash } = new URL(link)
    const target = idsOf.get(pathname.replace(base, '').replace(/\.html$/, ''))
    if (where === origin && hash !== '' && target?.has(decodeURIComponent(hash.slice(1))) !== true)
      faults.push(`leads to ${link}`)
  }
  await tab.close()
  return faults
}

/** Pictures of a page on a desk, light and dark, and on a phone. */
async function takePictures(browser: Browser, url: string, name: string): Promise<void> {
  const desk = { width: 1360, height: 900 }
  const phone = { width: 390, height: 844 }
  for (const [kind, colorScheme, viewport] of [
    ['light', 'light', desk],
    ['dark', 'dark', desk],
    ['phone', 'light', phone],
  ] as const) {
    const tab = await browser.newPage({ colorScheme, viewport })
    await tab.goto(url, { waitUntil: 'networkidle' })
    await tab.screenshot({ path: join(pictures ?? '', `${name || 'home'}-${kind}.png`) })
    await tab.close()
  }
}

if (pages.length < 10) throw new Error('There are hardly any pages: run a build first.')
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo // it listens on a port
const origin = `http://127.0.0.1:${port}`
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ],
})
let wrong = 0
for (const page of pages) {
  const faults = await check(browser, origin, page)
  if (faults.length === 0) continue
  wrong += 1
  console.log(`FAIL /${page}\n${faults.join('\n').replace(/^/gm, '       ')}`)
}
for (const page of pictures === undefined ? [] : process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['']) {
  await takePictures(browser, `${origin}${base}${page}`, page.replaceAll('/', '-'))
}
await browser.close()
server.close()
server.closeAllConnections()
console.log(`${pages.length - wrong} of ${pages.length} pages are good`)
if (wrong > 0) process.exitCode = 1
