import { expect, it } from 'vitest'
import { describeInBrowser, inBrowser } from './browser.js'

describeInBrowser('the settings page', () => {
  const { product, open } = inBrowser()

  it('creates a key, shows its token once, and lists it (T1, K3, L1, L2, O4)', async () => {
    const { page, faults } = await open('ada')
    await page.getByRole('link', { name: 'Create key' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('CI pipeline')
    await page.getByRole('radio', { name: 'Read only' }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    const shown = page.getByRole('region', { name: 'Token of CI pipeline' }).getByRole('code')
    const token = (await shown.textContent()) ?? ''
    expect(await product().keyring.verify(token)).toMatchObject({ ok: true })
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token)
    await page.getByRole('button', { name: 'Done' }).click()
    const row = page.getByRole('row', { name: /CI pipeline/ })
    await expect.poll(() => row.textContent()).toMatch(/ak_live_\w+[\s\S]*Ada Lovelace[\s\S]*Active/)
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    expect(await page.locator('keywright-settings').evaluate((one) => one.shadowRoot?.innerHTML)).not.toContain(token)
    expect(faults).toEqual([])
  })
})
