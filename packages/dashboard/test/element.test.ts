import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeListener } from '@keywright/api'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import type { Mount } from './product.js'

const built = (name: string): string => readFileSync(join(import.meta.dirname, '../build', name), 'utf8')
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

/** A page of a host, of which a test chooses the attributes: `?lang=de&options={}`. */
const inHost: Mount = async ({ api }) => {
  const app = express()
  app.use('/api/api-keys', nodeListener(api))
  for (const name of ['de.js', 'element.js']) app.get(`/${name}`, (_, res) => void res.type('js').send(built(name)))
  app.get('/settings/api-keys', ({ query: { page = 'en', style = '', ...given } }, res) => {
    const attributes = Object.entries(given).map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    res.type('html').send(`<!doctype html>
<html lang="${escaped(String(page))}">
<title>Host</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<script type="module" src="/de.js"></script>
<script type="module" src="/element.js"></script>
<keywright-settings api="/api/api-keys"${attributes.join('')}></keywright-settings>
</html>`)
  })
  return app
}

const at = (attributes: Readonly<Record<string, string>>): string => `?${new URLSearchParams(attributes)}`

describeInBrowserFully('the element', () => {
  const { product, open } = inBrowser({ mount: inHost })

  describe('says on the page and in the console which attribute is wrong', () => {
    it.each([
      ['options', '{"show":', 'options must be JSON'],
      ['options', '[]', 'options must be an object'],
      ['options', '{"show":{"bulk":"false"}}', 'show.bulk must be a boolean.'],
      ['options', '{"show":{"blk":false}}', 'show.blk must be left out: it is unknown.'],
      ['options', '{"colour":"red"}', 'colour must be left out: it is unknown.'],
      ['options', '{"accent":"red; background: url(//a.example)"}', 'accent must be a colour of CSS'],
      ['options', '{"mcp":{"url":"acme"}}', 'mcp.url must be an http or https URL.'],
      ['options', '{"mcp":{"url":"https://a.example","clients":[{}]}}', 'mcp.clients must be a list of what'],
      ['options', '{"mcp":{"url":"https://a.example","placeholder":1}}', 'mcp.placeholder must be the text'],
      ['routing', 'hsah', "routing must be 'hash' or 'none'."],
    ])('%s: %s', async (name, value, sentence) => {
      const { page, faults } = await open('ada', at({ [name]: value }))
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
      expect(faults).toEqual([expect.stringContaining(sentence)])
      expect(await page.getByRole('link', { name: 'Create key' }).count()).toBe(0)
    })
  })

  it('shows an endpoint of MCP for which no client is configured', async () => {
    const { page, faults } = await open('ada', `${at({ options: '{"mcp":{"url":"https://a.example/mcp"}}' })}#/mcp`)
    await page.getByText('https://a.example/mcp').waitFor()
    await page.getByText('Enter the endpoint in your client').waitFor()
    expect(faults).toEqual([])
  })

  it.each(['en_US', 'not a tag', 'x', '12345'])('is in English where the language is no tag: %s', async (lang) => {
    const { page, faults } = await open('ada', at({ page: lang }))
    await page.getByRole('link', { name: 'Create key' }).first().waitFor()
    expect(faults).toEqual([])
  })

  it('speaks German with its strings', async () => {
    const { page, faults } = await open('ada', at({ lang: 'de-CH' }))
    await page.getByRole('link', { name: 'Schlüssel erstellen' }).first().waitFor()
    expect(faults).toEqual([])
  })

  it('follows its attributes', async () => {
    await product().keyring.create({
      name: 'first',
      owner: { type: 'user', id: 'ada', organizationId: 'acme' },
      scopes: ['members.read'],
    })
    const { page, faults } = await open('ada', at({}))
    const set = (name: string, value: string | null) =>
      page
        .locator('keywright-settings')
        .evaluate(
          (one, [of, to]) => (to == null ? one.removeAttribute(of ?? '') : one.setAttribute(of ?? '', to)),
          [name, value],
        )
    await page.getByRole('checkbox').first().waitFor()
    await set('options', '{"productName":"Acme","accent":"#ff0000","show":{"bulk":false}}')
    await page.getByText('Acme', { exact: true }).waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
    const button = page.getByRole('link', { name: 'Create key' }).first()
    expect(await button.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(255, 0, 0)')
    await set('lang', 'de')
    await page.getByRole('link', { name: 'Schlüssel erstellen' }).first().waitFor()
    await set('lang', null)
    await set('options', '{}')
    await page.getByRole('checkbox').first().waitFor()
    expect(await button.evaluate((one) => getComputedStyle(one).backgroundColor)).not.toBe('rgb(255, 0, 0)')
    expect(faults).toEqual([])
    await set('options', 'no')
    await page.getByRole('alert').filter({ hasText: 'options must be JSON' }).waitFor()
  })

  it('puts times into words again while they grow old', async () => {
    const mcp = { url: `${product().origin}/mcp` }
    const { page } = await open('ada', `${at({ options: JSON.stringify({ mcp }) })}#/mcp`)
    await page.clock.install()
    await page.reload()
    await page.getByText('Checked now').waitFor()
    await page.clock.fastForward('05:01')
    await page.getByText('Checked 5 minutes ago').waitFor()
  })

  it.each(['light', 'dark'] as const)('is %s where the host says so, whatever the person prefers', async (scheme) => {
    const { page } = await open('ada', at({ style: `keywright-settings { color-scheme: ${scheme} }` }), {
      colorScheme: scheme === 'dark' ? 'light' : 'dark',
    })
    const heading = page.getByRole('heading', { name: 'API keys' })
    const color = await heading.evaluate((one) => getComputedStyle(one).color)
    expect(color).toBe(scheme === 'light' ? 'rgb(27, 31, 39)' : 'rgb(231, 233, 238)')
  })
})
