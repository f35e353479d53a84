import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { seedKeys } from './seed-keys.js'
import { seedTabs } from './seed-tabs.js'

const mcp = {
  url: 'https://api.acme.example/mcp',
  clients: () => [
    {
      client: 'cursor',
      title: 'Cursor',
      files: [{ path: '.cursor/mcp.json', text: `{ "Authorization": "Bearer ${'x'.repeat(200)}" }\n` }],
      link: 'cursor://install',
      notes: ['Restart it.'],
      warnings: ['Keep the file to yourself.'],
    },
  ],
}

describeInBrowserFully('each other tab', () => {
  const { product, open } = inBrowser({ page: { mcp } })
  const german = inBrowser({ page: { mcp, lang: 'de' } })
  const arabic = inBrowser({ page: { mcp, lang: 'ar' } })
  let where = { key: '', hook: '' }
  beforeAll(async () => {
    const { detailed } = await seedKeys(product().keyring)
    where = { key: detailed, hook: (await seedTabs(product(), detailed)).hook }
  })

  const tabs: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    Usage: async (page) => page.getByText('Show as a table').click(),
    'Audit log': async (page) => page.getByRole('listitem').first().click(),
    Webhooks: async (page) => page.getByRole('button', { name: /^CI pipeline/ }).waitFor(),
    'MCP connection': async (page) => page.getByRole('link', { name: 'Add to Cursor' }).waitFor(),
  }
  const looks = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { viewport: { width: 390, height: 780 } },
  } as const
  const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

  describe.each(Object.entries(looks))('%s', (_, look) => {
    it.each(Object.entries(tabs))('is in order: %s', async (name, show) => {
      const { page, faults } = await open('ada', '', { reducedMotion: 'reduce', ...look })
      await page.getByRole('link', { name, exact: true }).click()
      await show(page)
      expect(await axeFindings(page)).toEqual([])
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      expect(faults).toEqual([])
    })

    it('is in order: a webhook', async () => {
      const { page } = await open('ada', `#/webhooks/${where.key}/${where.hook}`, { reducedMotion: 'reduce', ...look })
      await page.getByText('member.joined').first().click()
      await page.getByText('Answered 503').waitFor()
      expect(await axeFindings(page)).toEqual([])
      expect(await overflow(page)).toBeLessThanOrEqual(0)
    })
  })

  it('speaks German', async () => {
    const { page, faults } = await german.open('ada')
    const texts = {
      Nutzung: 'Keine Aufrufe in dieser Zeit',
      Protokoll: 'Es ist noch nichts geschehen.',
      Webhooks: 'Schlüssel wählen',
      'MCP-Verbindung': 'Ein Programm verbinden',
    }
    for (const [tab, text] of Object.entries(texts)) {
      await page.getByRole('link', { name: tab, exact: true }).click()
      await page.getByText(text).waitFor()
    }
    expect(faults).toEqual([])
  })

  it('is written from right to left where the language is', async () => {
    const { page } = await arabic.open('ada')
    for (const tab of Object.keys(tabs)) {
      await page.getByRole('link', { name: tab, exact: true }).click()
      await page.getByRole('region', { name: tab === 'Webhooks' ? tab : new RegExp(`^${tab}`, 'i') }).waitFor()
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      expect(await axeFindings(page)).toEqual([])
    }
  })
})
