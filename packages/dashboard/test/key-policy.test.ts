import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const dayMs = 86_400_000
const owner = { type: 'user', id: 'ada', organizationId } as const

describeInBrowserFully('a policy for keys', () => {
  const plan = { name: 'strict' }
  const { product, open } = inBrowser({
    keyring: {
      plans: {
        loose: { maxKeys: 'unlimited' },
        strict: {
          maxKeys: 'unlimited',
          policy: { maxLifetimeMs: 90 * dayMs, defaultLifetimeMs: 30 * dayMs, requireIpAllowList: true },
        },
      },
      resolvePlan: () => plan.name,
    },
  })

  it('B18: is what the form for a new key begins with, offers and asks for', async () => {
    const { page } = await open('ada', '#/new')
    await page.getByRole('textbox', { name: 'Name' }).fill('governed')
    const expiry = page.getByLabel('Expires')
    expect(await expiry.inputValue()).toBe('30')
    expect(await expiry.getByRole('option').allTextContents()).toEqual([
      'In 7 days',
      'In 30 days',
      'In 90 days',
      'On a date',
    ])
    await expiry.selectOption('In 90 days')
    const addresses = page.getByLabel('Allowed addresses')
    expect(await addresses.getAttribute('aria-required')).toBe('true')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('Name the addresses that may use the key.').waitFor()
    await addresses.fill('192.0.2.0/24')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('region', { name: 'Token of governed' }).waitFor()
    const [key] = (await product().keyring.list({ organizationId, search: 'governed' })).keys
    const lifetimeMs = (key?.expiresAt?.getTime() ?? 0) - (key?.createdAt.getTime() ?? 0)
    expect(lifetimeMs).toBeLessThanOrEqual(90 * dayMs)
    expect(lifetimeMs).toBeGreaterThan(89 * dayMs)
  })

  it('B18: finds the keys that break it in the list', async () => {
    plan.name = 'loose'
    await product().keyring.create({ name: 'from before', owner, scopes: ['members.read'] })
    plan.name = 'strict'
    const { page } = await open('ada')
    await page.getByLabel('Attention').selectOption('Breaks the policy')
    const names = () =>
      page.getByRole('table', { name: 'API keys' }).getByRole('row').getByRole('link').allTextContents()
    await expect.poll(names).toEqual(['from before'])
  })
})
