import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInBrowser, launch, visit } from './browser.js'
import { openProduct, type Product } from './product.js'

describeInBrowser('the settings page', () => {
  let browser: Browser
  let product: Product
  beforeAll(async () => {
    browser = await launch()
    product = await openProduct()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })

  it('creates a key, shows its token once, and lists it (T1, K3, L2, O4)', async () => {
    const { page, faults, context } = await visit(browser, product.origin, { login: 'ada' })
    await page.getByRole('link', { name: 'Create key' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('CI pipeline')
    await page.getByRole('radio', { name: 'Read only' }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    const token = await page.getByRole('region', { name: 'Token of CI pipeline' }).getByRole('code').textContent()
    expect(await product.keyring.verify(token ?? '')).toMatchObject({ ok: true })
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token)
    await page.getByRole('button', { name: 'Done' }).click()
    const row = page.getByRole('row', { name: /CI pipeline/ })
    await expect.poll(() => row.textContent()).toMatch(/ak_live_\w+[\s\S]*Ada Lovelace[\s\S]*Active/)
    expect(await page.content()).not.toContain(token)
    expect(faults).toEqual([])
    await context.close()
  })
})
