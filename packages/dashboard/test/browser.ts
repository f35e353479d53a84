import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest'
import { repeatOnly, testsEverything } from '../../../test/support/everything.js'
import { openProduct, type Product, type ProductOptions } from './product.js'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Whether there is a browser. Where everything is tested, one that is missing is a failure. */
export const hasBrowser: boolean = testsEverything || existsSync(executablePath)

/** A suite that drives a browser. Without one, the end of the run names it. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (hasBrowser) describe(name, suite)
  else describe.skip(name, () => it.todo('needs Chromium at /usr/bin/chromium: apt-get install chromium'))
}

export function launch(): Promise<Browser> {
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({ executablePath, args })
}

/** What the page said that a good page does not say. */
export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  /** Violations of the policy, errors in the console, faults of scripts, and requests to other origins. */
  readonly faults: string[]
}

/** Opens the settings page as this person. */
export async function visit(
  browser: Browser,
  origin: string,
  {
    login,
    at = '',
    ...options
  }: { readonly login: string; readonly at?: string } & Parameters<Browser['newContext']>[0],
): Promise<Visit> {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...options })
  await context.addCookies([{ name: 'login', value: login, url: origin }])
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) faults.push(request.url())
  })
  await page.goto(`${origin}/settings/api-keys${at}`)
  return { context, page, faults }
}

/** The same, for a run that tests everything. */
export function describeInBrowserFully(name: string, suite: () => void): void {
  if (testsEverything) describeInBrowser(name, suite)
  else repeatOnly(name)
}

/** A browser and a product for all tests of a suite. */
export function inBrowser(options: ProductOptions = {}): {
  readonly product: () => Product
  open(login: string, at?: string, context?: Parameters<Browser['newContext']>[0]): Promise<Visit>
} {
  let browser: Browser | undefined
  let product: Product | undefined
  beforeAll(async () => {
    browser = await launch()
    product = await openProduct(options)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })
  const opened = (): Product => {
    if (product === undefined) throw new Error('Opened before all tests.')
    return product
  }
  return {
    product: opened,
    open: async (login, at = '', context = {}) => {
      if (browser === undefined) throw new Error('Opened before all tests.')
      const made = await visit(browser, opened().origin, { login, at, ...context })
      onTestFinished(() => made.context.close())
      return made
    },
  }
}
