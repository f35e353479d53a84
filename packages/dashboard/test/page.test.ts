import { expect, it } from 'vitest'
import { describeInBrowser, inBrowser } from './browser.js'
import { organizationId } from './product.js'

describeInBrowser('the settings page', () => {
  // Nothing of a token is kept that could be shown again.
  const { product, open } = inBrowser({ keyring: { reveal: undefined } })

  it('T1: creates a key with a name, shows its token once, and never again', async () => {
    const { page, faults } = await open('ada')
    await page.getByRole('link', { name: 'Create key' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('CI pipeline')
    await page.getByRole('radio', { name: 'Read only' }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    const shown = page.getByRole('region', { name: 'Token of CI pipeline' }).getByRole('code')
    const token = (await shown.textContent()) ?? ''
    expect(await product().use(token)).toBe('200 ada')
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token)
    await page.getByRole('button', { name: 'Done' }).click()
    const row = page.getByRole('row', { name: /CI pipeline/ })
    await expect.poll(() => row.textContent()).toMatch(/ak_live_\w+[\s\S]*Ada Lovelace[\s\S]*Active/)
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    const text = () => page.locator('keywright-settings').evaluate((one) => one.shadowRoot?.innerHTML)
    const secret = token.slice(-30)
    expect(await text()).not.toContain(secret)

    // Neither the page nor the API has it any more.
    const answers: string[] = []
    page.on('response', async (response) => answers.push(await response.text().catch(() => '')))
    await page.reload()
    await row.getByRole('link', { name: 'CI pipeline' }).click()
    const dialog = page.getByRole('dialog', { name: 'CI pipeline' })
    await dialog.getByText('Key ID').waitFor()
    expect(await dialog.getByRole('button', { name: 'Show token' }).count()).toBe(0)
    expect(await text()).not.toContain(secret)
    const [key] = (await product().keyring.list({ organizationId })).keys
    const revealed = await page.evaluate(
      async (id) => (await fetch(`/api/api-keys/${id}/reveal`, { method: 'POST' })).status,
      key?.id,
    )
    expect(revealed).toBeGreaterThanOrEqual(400)
    await expect.poll(() => answers.join()).toContain(key?.id)
    expect(answers.join()).not.toContain(secret)
    expect(faults.filter((fault) => !fault.includes(`status of ${revealed}`))).toEqual([])
  })
})
