import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { McpConnection } from '../src/index.js'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, launch, visit } from './browser.js'
import { openProduct } from './product.js'

const elsewhere = 'https://api.acme.example/mcp'
const mcp: McpConnection = {
  url: elsewhere,
  clients: (token) => clientIds.map((id) => clientConfig(id, { name: 'acme', url: elsewhere, token })),
}

describeInBrowserFully('the tab of the MCP connection', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  const open = async (page: Partial<Parameters<typeof openProduct>[0] & object>['page']) => {
    const product = await openProduct({ page: page ?? {} })
    onTestFinished(() => product.close())
    const opened = await visit(browser, product.origin, { login: 'ada', at: '#/mcp' })
    onTestFinished(() => opened.context.close())
    return { ...opened, product }
  }

  it('A10: shows the endpoint and the configuration of each client, to copy or to open', async () => {
    const { page, faults } = await open({ mcp })
    await page.getByText('Not checked: it is at another address than this page.').waitFor()
    await page.getByRole('button', { name: 'Copy the endpoint' }).click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(elsewhere)
    for (const id of clientIds) {
      const { files, link } = clientConfig(id, { name: 'acme', url: elsewhere })
      await page.getByRole('combobox', { name: 'Client' }).selectOption(id)
      for (const { text } of files) await expect.poll(() => page.locator('pre').allTextContents()).toContain(text)
      expect(await page.locator('.install a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toEqual(
        link === undefined ? [] : [link],
      )
    }
    await page.getByRole('combobox', { name: 'Client' }).selectOption('claude-code')
    const { command = '' } = clientConfig('claude-code', { name: 'acme', url: elsewhere })
    await page.getByRole('button', { name: 'Copy the command' }).click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(command)
    expect(await axeFindings(page)).toEqual([])
    expect(faults).toEqual([])
  })

  it('A10: asks an endpoint of the same origin without a key, and says whether it works', async () => {
    const { page, context, product } = await open({})
    // The port is known only now: the page is told by the element.
    const at = (path: string) =>
      page.evaluate((url) => {
        const old = document.querySelector('keywright-settings')
        const options = JSON.stringify({ mcp: { url, clients: [], filled: [], placeholder: '' } })
        const next = document.createElement('keywright-settings')
        next.setAttribute('api', '/api/api-keys')
        next.setAttribute('options', options)
        old?.replaceWith(next)
      }, `${product.origin}${path}`)
    await at('/mcp')
    await page.getByText('Reachable, and asks for a key').waitFor()
    await context.route('**/mcp', (route) => route.fulfill({ status: 503 }))
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('Answered 503: it does not work now').waitFor()
    await context.unroute('**/mcp')
    await context.route('**/mcp', (route) => route.abort())
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('Not reachable').waitFor()
    await at('/elsewhere')
    await page.getByText('Reachable, but does not ask for a key').waitFor()
  })

  it('is hidden where the product has no MCP server', async () => {
    const { page } = await open({})
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    expect(await page.getByRole('link', { name: 'MCP connection' }).count()).toBe(0)
  })
})
