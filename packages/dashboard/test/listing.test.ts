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

  it('says of each key what it may do, whose it is, and when it was used', async () => {
    const { page, faults } = await open('ada')
    await rows(page).filter({ hasText: 'CI pipeline' }).waitFor()
    const text = async (name: string) => rows(page).filter({ hasText: name }).textContent()
    expect(await text('Planning agent')).toMatch(
      /ak_live_.*planner, all boards: read.*Organisation.*Active.*Never used/,
    )
    expect(await text('Claude on my laptop')).toContain('Full access')
    expect(await text('Nightly export')).toMatch(/Expires in 1[12] days/)
    expect(faults).toEqual([])
  })

  it('has the menu of each row within the table, however wide the page is', async () => {
    const { page } = await open('ada')
    const menu = page.getByRole('button', { name: 'Actions for CI pipeline' })
    await menu.waitFor()
    const cut: number[] = []
    for (let width = 320; width <= 1_280; width += 20) {
      await page.setViewportSize({ width, height: 740 })
      const [inner, outer] = [await menu.boundingBox(), await page.locator('.table-frame').first().boundingBox()]
      if (inner === null || outer === null || inner.x + inner.width > outer.x + outer.width) cut.push(width)
    }
    expect(cut).toEqual([])
  })

  it('searches by words of names and by previews', async () => {
    const { page } = await open('ada')
    const search = page.getByRole('searchbox', { name: 'Search by name, tag or preview' })
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
    await dialog.getByText('1 key will stay as it is.').waitFor()
    expect((await product().keyring.list({ organizationId, status: ['disabled'] })).keys).toHaveLength(1)
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('status').filter({ hasText: '1 key changed.' }).waitFor()
    expect((await product().keyring.list({ organizationId, status: ['disabled'] })).keys).toHaveLength(2)
    expect(await page.getByText('selected').count()).toBe(0)
    await expect.poll(() => rows(page).filter({ hasText: 'Planning agent' }).textContent()).toContain('Disabled')
  })
})

describeInBrowserFully('the list of a product whose keys come and go', () => {
  const { product, open } = inBrowser()
  const byAda = { actor: { type: 'user', id: 'ada' } } as const
  const ofMia = { type: 'user', id: 'mia', organizationId } as const
  const make = async (name: string, input: object = { owner: ofMia, scopes: ['members.read'] }) => {
    const { key, token } = await product().keyring.create({ name, owner: ofMia, ...input }, byAda)
    return { id: key.id, preview: key.preview, token: token.reveal() }
  }
  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

  it('K8: counts all keys ever created, with those that were deleted, and the calls of all keys', async () => {
    const { keyring, use } = product()
    const figures = async (at: Page) => (await at.locator('.stats').textContent()) ?? ''
    const { page } = await open('ada')
    await expect.poll(() => figures(page)).toMatch(/Active keys0.*Ever created0.*Calls in 24 hours0.*Last callNever/)

    const made = [await make('kept'), await make('disabled'), await make('deleted')]
    for (const { token } of [...made, made[0]].filter((one) => one !== undefined)) {
      expect(await use(token)).toBe('200 mia')
    }
    expect(await use(`${made[0]?.token.slice(0, -1)}`)).toBe('401 api_key_invalid')
    await keyring.disable(made[1]?.id ?? '', {}, byAda)
    await keyring.delete(made[2]?.id ?? '', byAda)
    const { page: later } = await open('ada')
    await expect.poll(() => figures(later)).toMatch(/Active keys1.*Ever created3.*Calls in 24 hours4.*Last callnow/)
  })

  it.each(['active', 'disabled', 'revoked'] as const)(
    'K3: shows the name of a key, its visible prefix, status, scopes, creator and last use: %s',
    async (status) => {
      const { id, preview, token } = await make(`K3 ${status}`, { scopes: ['members.read', 'policies.read'] })
      expect(await product().use(token)).toBe('200 mia')
      if (status === 'disabled') await product().keyring.disable(id, {}, byAda)
      if (status === 'revoked') await product().keyring.revoke(id, {}, byAda)
      const { page } = await open('ada')
      if (status === 'revoked') await page.getByText(/^Revoked keys/).click()
      const shown = new RegExp(`K3 ${status}.*${preview}.*2 permissions.*Mia Chen.*${status}.*now`, 'i')
      await expect.poll(() => row(page, `K3 ${status}`).textContent()).toMatch(shown)
      expect(token.startsWith(preview.replace('…', ''))).toBe(true)

      await page.getByRole('link', { name: `K3 ${status}` }).click()
      const dialog = page.getByRole('dialog', { name: `K3 ${status}` })
      await dialog.getByText('View members').waitFor()
      const text = await dialog.textContent()
      for (const part of [preview, 'members.read', 'policies.read', 'Created by Ada Lovelace on']) {
        expect(text).toContain(part)
      }
      expect(text?.toLowerCase()).toContain(status)
    },
  )

  it('L2: shows name, prefix, the day of creation and the last use', async () => {
    const { preview, token } = await make('L2')
    const { page } = await open('ada')
    const cell = (name: string) => row(page, 'L2').locator(`.${name}`)
    await expect.poll(() => cell('name').textContent()).toBe(`L2${preview}`)
    const today = await page.evaluate(() => new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(new Date()))
    expect(await cell('created').textContent()).toBe(today)
    expect(await cell('used').textContent()).toBe('Never used')

    expect(await product().use(token)).toBe('200 mia')
    const { page: later } = await open('ada')
    const used = row(later, 'L2').locator('.used time')
    await expect.poll(() => used.textContent()).toBe('now')
    expect(await used.getAttribute('title')).toMatch(/\d{4}.*\d:\d\d/)
  })

  it('O4: shows name, truncated preview, roles and status, and the audit log shows the name', async () => {
    const owner = { type: 'organization', id: organizationId } as const
    const { preview, token } = await make('forecasting-agent', { owner, roles: ['planner', 'auditor'] })
    const { page } = await open('ada')
    const text = () => row(page, 'forecasting-agent').textContent()
    const [start = ''] = /^ak_live_\w{4}(?=…$)/.exec(preview) ?? []
    expect(token.startsWith(start)).toBe(true)
    const words = (status: string) => new RegExp(`forecasting-agent${start}….*planner, auditor.*${status}`)
    await expect.poll(text).toMatch(words('Active'))
    await page.getByRole('button', { name: 'Actions for forecasting-agent' }).click()
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    await expect.poll(text).toMatch(words('Disabled'))
    expect(await product().use(token)).toBe('401 api_key_disabled')

    await page.getByRole('link', { name: 'Audit log' }).click()
    const records = page.getByRole('list', { name: 'Audit log' }).getByRole('listitem')
    for (const what of ['Key created', 'Key disabled']) {
      await records.filter({ hasText: what }).filter({ hasText: 'forecasting-agent' }).waitFor()
    }
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
    await page.getByRole('searchbox', { name: 'Search by name, tag or preview' }).fill('9999')
    await expect.poll(() => names(page), { interval: 5 }).toEqual(['Key 9999'])
    console.log(
      `10,000 keys: a scroll step takes ${steps[50]?.toFixed(0)} ms (median), ${steps[98]?.toFixed(0)} ms (p99); a search ${(performance.now() - start).toFixed(0)} ms`,
    )
  })

  it('changes all that match in one go', async () => {
    const { page } = await open('ada')
    await page.getByRole('searchbox', { name: 'Search by name, tag or preview' }).fill('77')
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
