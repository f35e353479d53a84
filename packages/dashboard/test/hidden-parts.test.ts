import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const ofMia = { type: 'user', id: 'mia', organizationId } as const
const createKey = { name: 'Create key' } as const

describeInBrowserFully('a product without keys of people', () => {
  const page = { show: { personalKeys: false }, mcp: { url: 'https://acme.example/mcp' } }
  const { open } = inBrowser({ page })

  it('offers those who manage only their own keys no way to create one', async () => {
    const { page, faults } = await open('mia')
    await page.getByText('There are no keys yet.').waitFor()
    await page.getByRole('link', { name: 'MCP connection' }).click()
    await page.getByText('Enter the endpoint in your client').waitFor()
    expect(await page.getByRole('link', createKey).count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('offers keys of the organisation to those who manage all', async () => {
    const { page } = await open('ada')
    await page.getByRole('link', createKey).first().waitFor()
  })
})

describeInBrowserFully('a product without any kind of key to create', () => {
  const { open } = inBrowser({ page: { show: { personalKeys: false, organizationKeys: false } } })

  it('offers nobody to create one', async () => {
    const { page } = await open('ada')
    await page.getByText('There are no keys yet.').waitFor()
    expect(await page.getByRole('link', createKey).count()).toBe(0)
  })
})

describeInBrowserFully('a key of which a product hides what can be given', () => {
  const show = { scopes: false, presets: false, roles: false, resources: false, expiry: false }
  const { product, open } = inBrowser({ page: { show } })
  const expiresAt = () => new Date(Date.now() + 3 * 86_400_000)

  it('has no button to a form without fields, and says nothing of what is hidden', async () => {
    const create = product().keyring.create
    await create({ owner: ofMia, name: 'Bare', scopes: ['members.read'], expiresAt: expiresAt() })
    const { page, faults } = await open('mia')
    const row = page.getByRole('row', { name: /Bare/ })
    await row.waitFor()
    expect(await row.textContent()).not.toContain('Expires')
    expect(await page.getByLabel('Attention').getByRole('option').allTextContents()).toEqual([
      'All keys',
      'Unused for 90 days',
    ])
    expect(await page.getByLabel('Sort by').getByRole('option', { name: 'Expires first' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Bare' }).click()
    await page.getByRole('button', { name: 'Edit limits' }).waitFor()
    expect(await page.getByRole('button', { name: 'Edit permissions' }).count()).toBe(0)
    expect(await page.getByRole('dialog').getByText('Expires').count()).toBe(0)
    expect(faults).toEqual([])
  })
})

describeInBrowserFully('a key of which a product hides every limit', () => {
  const show = { expiry: false, ipAllowList: false, rateLimits: false, budgets: false }
  const { product, open } = inBrowser({ page: { show } })

  it('has no such part', async () => {
    await product().keyring.create({ owner: ofMia, name: 'Unlimited', scopes: ['members.read'] })
    const { page } = await open('mia')
    await page.getByRole('link', { name: 'Unlimited' }).click()
    await page.getByRole('button', { name: 'Edit permissions' }).waitFor()
    expect(await page.getByRole('button', { name: 'Edit limits' }).count()).toBe(0)
    expect(await page.getByText('Addresses and limits').count()).toBe(0)
  })
})
