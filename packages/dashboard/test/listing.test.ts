import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'
import { seedKeys } from './seed-keys.js'

const rows = (page: Page) => page.getByRole('table', { name: 'API keys' }).getByRole('row')
/** The names in the list, in its order. */
const names = (page: Page): Promise<string[]> => page.locator('table[aria-label="API keys"] .name a').allTextContents()
const filter = (page: Page, label: string) => page.getByRole('combobox', { name: label, exact: true })

describeInBrowserFully('the list', () => {
  const { product, open } = inBrowser()
  beforeAll(async () => {
    await seedKeys(product().keyring)
  })

  it('says of each key what it may do, whose it is, and when it was used (K3, O4, L2)', async () => {
    const { page, faults } = await open('ada')
    await rows(page).filter({ hasText: 'CI pipeline' }).waitFor()
    const text = async (name: string) => rows(page).filter({ hasText: name }).textContent()
    expect(await text('Planning agent')).toMatch(
      /ak_live_.*planner, all boards: read.*Organisation.*Active.*Never used/,
    )
    expect(await text('Claude on my laptop')).toContain('Full access')
    expect(await text('Nightly export')).toMatch(/Expires in 1[12] days/)
    const used = rows(page).filter({ hasText: 'CI pipeline' }).locator('.used time')
    await expect.poll(() => used.getAttribute('title')).toMatch(/\d{4}.*\d:\d\d/)
    expect(faults).toEqual([])
  })

  it('shows how the keys do (K8)', async () => {
    const { page } = await open('ada')
    const stats = page.locator('.stats')
    await expect.poll(() => stats.textContent()).toMatch(/Active keys6.*Ever created8/)
    await expect.poll(() => stats.textContent()).toMatch(/Calls in 24 hours[12].*Last callnow/)
  })

  it('searches by words of names and by previews', async () => {
    const { page } = await open('ada')
    const search = page.getByRole('searchbox', { name: 'Search by name or preview' })
    await search.fill('lap')
    await expect.poll(() => names(page)).toEqual(['Claude on my laptop'])
    await page.getByText('1 key', { exact: true }).waitFor()
    const { keys } = await product().keyring.list({ organizationId, search: 'Zapier' })
    await search.fill(keys[0]?.preview.replace('…', '') ?? '')
    await expect.poll(() => names(page)).toEqual(['Zapier'])
    await search.fill('nothing like it')
    await page.getByRole('heading', { name: 'No key matches' }).waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(async () => (await names(page)).length).toBe(7)
    expect(await search.inputValue()).toBe('')
  })

  it('filters by status, owner, environment and attention, and sorts', async () => {
    const { page } = await open('ada')
    await filter(page, 'Status').selectOption('Disabled')
    await expect.poll(() => names(page)).toEqual(['Zapier'])
    await filter(page, 'Status').selectOption('Any status')
    await filter(page, 'Owner').selectOption('Mia Chen')
    await expect.poll(async () => (await names(page)).sort()).toEqual(['Cursor IDE', 'Zapier'])
    await filter(page, 'Owner').selectOption('The organisation')
    await filter(page, 'Environment').selectOption('test')
    await expect.poll(() => names(page)).toEqual(['Staging gateway'])
    await filter(page, 'Environment').selectOption('Any environment')
    await filter(page, 'Owner').selectOption('Everybody')
    await filter(page, 'Attention').selectOption('Expires within 30 days')
    await expect.poll(() => names(page)).toEqual(['Nightly export'])
    await filter(page, 'Attention').selectOption('Unused for 90 days')
    await page.getByRole('heading', { name: 'No key matches' }).waitFor()
    await filter(page, 'Attention').selectOption('All keys')
    await filter(page, 'Sort by').selectOption('Name')
    await expect.poll(async () => (await names(page))[0]).toBe('CI pipeline')
  })

  it('has the actions of a key in its row, for arrow keys as well', async () => {
    const { page } = await open('ada')
    const button = page.getByRole('button', { name: 'Actions for Cursor IDE' })
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: '“Cursor IDE” is disabled.' }).waitFor()
    await button.click()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('menu').count()).toBe(0)
    expect(await button.evaluate((one) => one.matches(':focus'))).toBe(true)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => rows(page).filter({ hasText: 'Cursor IDE' }).textContent()).toContain('Active')
  })

  it('changes several keys, after it has said how many that would be', async () => {
    const { page } = await open('ada')
    await page.getByRole('checkbox', { name: 'Select Zapier' }).check()
    await page.getByRole('checkbox', { name: 'Select Planning agent' }).check()
    await page.getByRole('group', { name: '2 keys selected' }).getByRole('button', { name: 'Disable' }).click()
    const dialog = page.getByRole('dialog', { name: 'Disable 2 keys?' })
    // One of them is disabled already.
    await dialog.getByText('1 key will change.').waitFor()
    await dialog.getByText('1 key will stay as they are.').waitFor()
    expect((await product().keyring.list({ organizationId, status: ['disabled'] })).keys).toHaveLength(1)
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('status').filter({ hasText: '1 key changed.' }).waitFor()
    expect((await product().keyring.list({ organizationId, status: ['disabled'] })).keys).toHaveLength(2)
    expect(await page.getByText('selected').count()).toBe(0)
    await expect.poll(() => rows(page).filter({ hasText: 'Planning agent' }).textContent()).toContain('Disabled')
  })
})

describeInBrowserFully('a list of 10,000 keys', () => {
  const { product, open } = inBrowser()
  const many = 10_000
  beforeAll(async () => {
    const owner = { type: 'user', id: 'ada', organizationId } as const
    for (let at = 0; at < many; at += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, one) =>
          product().keyring.create({ name: `Key ${at + one}`, owner, scopes: ['members.read'] }),
        ),
      )
    }
  }, 600_000)

  it('has only the rows in the document that somebody sees, and comes to the last one', async () => {
    const { page } = await open('ada')
    await page.getByText('10,000 keys', { exact: true }).waitFor()
    await expect
      .poll(
        async () => {
          await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
          return (await names(page)).includes('Key 0')
        },
        { timeout: 300_000, interval: 20 },
      )
      .toBe(true)
    expect(await rows(page).count()).toBeLessThan(80)
    // What a step costs the page, of which a person sees one frame: printed, as no test asserts a time.
    const steps = await page.evaluate(async () => {
      const took: number[] = []
      for (let step = 0; step < 100; step += 1) {
        const start = performance.now()
        scrollTo(0, Math.random() * document.documentElement.scrollHeight)
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
        took.push(performance.now() - start)
      }
      return took.sort((a, b) => a - b)
    })
    const start = performance.now()
    await page.getByRole('searchbox', { name: 'Search by name or preview' }).fill('9999')
    await expect.poll(() => names(page), { interval: 5 }).toEqual(['Key 9999'])
    console.log(
      `10,000 keys: a scroll step takes ${steps[50]?.toFixed(0)} ms (median), ${steps[98]?.toFixed(0)} ms (p99); a search ${(performance.now() - start).toFixed(0)} ms, of which 120 ms are the pause in typing`,
    )
  })

  it('changes all that match in one go', async () => {
    const { page } = await open('ada')
    await page.getByRole('searchbox', { name: 'Search by name or preview' }).fill('77')
    const { total } = await product().keyring.list({ organizationId, search: '77', total: true })
    const count = total?.count ?? 0
    expect(count).toBeGreaterThan(100)
    await page.getByText(`${count} keys`, { exact: true }).waitFor()
    await page.getByRole('checkbox', { name: 'Select all keys that are loaded' }).check()
    await page.getByRole('button', { name: `Select all ${count} that match` }).click()
    await page
      .getByRole('group', { name: `${count} keys selected` })
      .getByRole('button', { name: 'Revoke' })
      .click()
    const dialog = page.getByRole('dialog', { name: `Revoke ${count} keys?` })
    await dialog.getByText(`${count} keys will change.`).waitFor()
    expect(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill(String(count))
    await dialog.getByRole('button', { name: 'Revoke' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: `${count} keys changed.` })
      .waitFor({ timeout: 60_000 })
    const left = await product().keyring.list({ organizationId, search: '77', status: ['active'], total: true })
    expect(left.total?.count).toBe(0)
  })
})
