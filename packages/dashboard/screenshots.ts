// Makes the pictures of `docs/dashboard`, of each view in light, dark and on a phone: `pnpm screenshots`.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launch, visit } from './test/browser.js'
import { openProduct } from './test/product.js'
import { seedKeys } from './test/seed-keys.js'

const folder = process.argv[2] ?? join(import.meta.dirname, '../../docs/dashboard')
await mkdir(folder, { recursive: true })
const product = await openProduct({
  page: {
    exampleUrl: 'https://api.acme.example/boards',
    mcp: {
      url: 'https://api.acme.example/mcp',
      clients: (token) => [
        {
          client: 'cursor',
          title: 'Cursor',
          files: [
            { path: '.cursor/mcp.json', text: `{ "Authorization": "Bearer ${token?.reveal() ?? '$ACME_KEY'}" }\n` },
          ],
          notes: [],
          warnings: [],
        },
      ],
    },
  },
})
const ids = await seedKeys(product.keyring)
const browser = await launch()

/** Each view, and how somebody comes to it. */
const views: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  list: async (page) => page.getByRole('row', { name: /CI pipeline/ }).waitFor(),
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
}

const looks = {
  light: { colorScheme: 'light', viewport: { width: 1120, height: 740 } },
  dark: { colorScheme: 'dark', viewport: { width: 1120, height: 740 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 780 } },
} as const

for (const [name, open] of Object.entries(views)) {
  for (const [look, options] of Object.entries(looks)) {
    const { page, context } = await visit(browser, product.origin, {
      login: 'ada',
      reducedMotion: 'reduce',
      ...options,
    })
    await open(page)
    await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
    await context.close()
  }
}
await browser.close()
await product.close()
