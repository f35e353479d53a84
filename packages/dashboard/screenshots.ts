// Makes the pictures of `docs/dashboard`, of each view in light, dark and on a phone: `pnpm screenshots`.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import type { Page } from 'playwright-core'
import { launch, visit } from './test/browser.js'
import { openProduct } from './test/product.js'
import { seedKeys } from './test/seed-keys.js'
import { seedTabs } from './test/seed-tabs.js'

const folder = process.argv[2] ?? join(import.meta.dirname, '../../docs/dashboard')
await mkdir(folder, { recursive: true })
const product = await openProduct({
  page: {
    exampleUrl: 'https://api.acme.example/boards',
    mcp: {
      url: 'https://api.acme.example/mcp',
      clients: (token) =>
        clientIds.map((id) => clientConfig(id, { name: 'acme', url: 'https://api.acme.example/mcp', token })),
    },
  },
})
const ids = await seedKeys(product.keyring)
const { hook } = await seedTabs(product, ids.detailed)
const browser = await launch()

/** Each view, and how somebody comes to it. */
const views: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  list: async (page) =>
    page
      .getByRole('img', { name: /^Calls in the last 24 hours/ })
      .first()
      .waitFor(),
  key: async (page) => {
    await page.goto(`${page.url().split('#')[0]}#/keys/${ids.detailed}`)
    await page.getByRole('heading', { name: 'Permissions' }).waitFor()
  },
  create: async (page) => {
    await page.getByRole('link', { name: 'Create key' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Claude on my laptop')
    await page.getByRole('radio', { name: /^Choose/ }).check()
    await page.getByRole('button', { name: 'people' }).click()
    await page.getByRole('radio', { name: 'Specific boards' }).check()
    await page.getByRole('button', { name: 'Roadmap' }).click()
    await page
      .getByRole('dialog')
      .locator('.body')
      .evaluate((body) => body.scrollTo(0, 0))
  },
  token: async (page) => {
    await page.getByRole('link', { name: 'Create key' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Deploy bot')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('heading', { name: 'Your new key' }).waitFor()
  },
  usage: (page) => goTo(page, 'usage', 'Keys with the most calls'),
  audit: (page) => goTo(page, 'audit', 'Export CSV'),
  webhooks: (page) => goTo(page, `webhooks/${ids.detailed}/${hook}`, 'member.joined'),
  mcp: (page) => goTo(page, 'mcp', 'Connect a client'),
}

async function goTo(page: Page, path: string, text: string): Promise<void> {
  await page.goto(`${page.url().split('#')[0]}#/${path}`)
  await page.getByText(text).first().waitFor()
}

const looks = {
  light: { colorScheme: 'light', viewport: { width: 1120, height: 740 } },
  dark: { colorScheme: 'dark', viewport: { width: 1120, height: 740 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 780 } },
} as const

async function take(name: string, look: keyof typeof looks, open: (page: Page) => Promise<void>): Promise<void> {
  const options = { login: 'ada', reducedMotion: 'reduce', ...looks[look] } as const
  const { page, context } = await visit(browser, product.origin, options)
  await open(page)
  await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
  await context.close()
}

const names = Object.keys(looks) as (keyof typeof looks)[] // the names of an object
for (const [name, open] of Object.entries(views)) {
  for (const look of names) await take(name, look, open)
}
await browser.close()
await product.close()
