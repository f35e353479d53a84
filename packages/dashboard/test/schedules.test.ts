import { type RotationDelivery, sealer } from '@keywright/core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const ada = { type: 'user', id: 'ada', organizationId } as const
const dayMs = 86_400_000
const delivered: string[] = []
const rotation = {
  deliver: ({ token }: RotationDelivery) => void delivered.push(token.reveal()),
  sealer: sealer({ current: 'r1', keys: { r1: Buffer.alloc(32, 5) } }),
}

describeInBrowserFully('rotation by schedule', () => {
  const { product, open } = inBrowser({ keyring: { rotation } })
  const german = inBrowser({ keyring: { rotation }, page: { lang: 'de' } })

  async function openKey(name: string, login = 'ada', context = {}) {
    const { keyring } = product()
    const { key } = await keyring.create({ name, owner: { ...ada, id: login }, scopes: [] })
    const visit = await open(login, `#/keys/${key.id}`, context)
    await visit.page.getByRole('dialog', { name }).getByText('Key ID').waitFor()
    return { ...visit, id: key.id, scheduled: () => keyring.rotationOf(key.id) }
  }
  const change = (page: Page) =>
    page
      .locator('section', { has: page.getByRole('heading', { name: 'Rotation by schedule' }) })
      .getByRole('button', { name: 'Edit' })
  const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()
  const question = (page: Page) => page.getByRole('dialog', { name: 'Rotation by schedule' })

  it('is set, shown, changed and ended, by keys alone, and each dialog gives the focus back', async () => {
    const { page, scheduled, faults } = await openKey('scheduled')
    const set = page.getByRole('button', { name: 'Schedule', exact: true })
    await set.focus()
    await page.keyboard.press('Enter')
    await question(page).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => set.evaluate((one) => one.matches(':focus'))).toBe(true)
    await page.keyboard.press('Enter')
    await question(page).getByRole('combobox', { name: 'A new token every' }).selectOption('90 days')
    await question(page).getByRole('button', { name: 'Save' }).focus()
    await page.keyboard.press('Enter')
    await said(page, 'Saved.')
    await page
      .getByText(/^Rotates every 90 days, next on .*\. The previous token works for 1 day after that\.$/)
      .waitFor()
    await page.getByText('Last delivered: Never').waitFor()
    expect(await scheduled()).toMatchObject({ everyMs: 90 * dayMs, graceMs: dayMs })

    await change(page).click()
    // A grace is shorter than the time between two rotations.
    await question(page).getByRole('combobox', { name: 'The previous token works' }).selectOption('for another week')
    await question(page).getByRole('combobox', { name: 'A new token every' }).selectOption('7 days')
    await question(page).getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^Rotates every 7 days/).waitFor()
    expect(await scheduled()).toMatchObject({ everyMs: 7 * dayMs, graceMs: dayMs })

    await change(page).click()
    await question(page).getByRole('combobox', { name: 'A new token every' }).selectOption('Never')
    await question(page).getByRole('button', { name: 'Save' }).click()
    await set.waitFor()
    expect(await scheduled()).toBeNull()
    expect(faults).toEqual([])
  })

  it('shows a schedule that the API has set as it is, and leaves what nobody changed', async () => {
    const { page, id, scheduled } = await openKey('of the API')
    await product().keyring.scheduleRotation(id, { everyMs: 36 * 3_600_000, graceMs: 2 * 3_600_000 })
    await page.reload()
    await page.getByText(/^Rotates every 36 hours, .* for 2 hours after that\.$/).waitFor()
    await change(page).click()
    await question(page).getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    expect(await scheduled()).toMatchObject({ everyMs: 36 * 3_600_000, graceMs: 2 * 3_600_000 })
  })

  it('loses nothing where the API does not answer, and says so', async () => {
    const { page, scheduled } = await openKey('unlucky')
    await page.getByRole('button', { name: 'Schedule', exact: true }).click()
    await question(page).getByRole('combobox', { name: 'A new token every' }).selectOption('60 days')
    await page.route('**/rotation-schedule', (route) => route.abort(), { times: 1 })
    await question(page).getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('The server did not answer').waitFor()
    expect(await question(page).getByRole('combobox', { name: 'A new token every' }).inputValue()).toBe(`${60 * dayMs}`)
    await page.getByRole('button', { name: 'Try again' }).click()
    await said(page, 'Saved.')
    expect(await scheduled()).toMatchObject({ everyMs: 60 * dayMs })
  })

  it('says since when a token waits, and why its schedule cannot end now', async () => {
    const { page, id } = await openKey('waiting')
    const since = new Date(Date.now() - 3 * 3_600_000).toISOString()
    const schedule = { every_ms: 30 * dayMs, grace_ms: dayMs, next_at: since, last_delivered_at: since }
    const answer = { schedule: { ...schedule, pending_since: since, failures: 2 } }
    await page.route(`**/${id}/rotation-schedule`, (route) => {
      if (route.request().method() === 'GET') return route.fulfill({ json: answer })
      const detail = 'A new token of this key waits to be delivered by its schedule.'
      return route.fulfill({
        status: 409,
        json: { code: 'invalid_state', detail },
        contentType: 'application/problem+json',
      })
    })
    await page.reload()
    await page.getByText('A new token was made 3 hours ago, and waits to be delivered.').waitFor()
    await page.getByText('2 attempts failed.').waitFor()
    await change(page).click()
    await question(page).getByRole('combobox', { name: 'A new token every' }).selectOption('Never')
    await question(page).getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('waits to be delivered by its schedule').waitFor()
  })

  it('is shown, and not changed, by who may only read', async () => {
    const { page, id } = await openKey('read only', 'vic')
    expect(await page.getByRole('heading', { name: 'Rotation by schedule' }).count()).toBe(0)
    await product().keyring.scheduleRotation(id, { everyMs: 30 * dayMs, graceMs: 0 })
    await page.reload()
    await page.getByText(/^Rotates every 30 days/).waitFor()
    expect(await change(page).count()).toBe(0)
  })

  it.each([
    ['in light', { colorScheme: 'light' }],
    ['in dark', { colorScheme: 'dark' }],
    ['on a phone', { viewport: { width: 390, height: 780 } }],
  ] as const)('axe finds nothing in it %s', async (_, look) => {
    const { page, id } = await openKey('accessible', 'ada', { reducedMotion: 'reduce', ...look })
    await product().keyring.scheduleRotation(id, { everyMs: 30 * dayMs, graceMs: dayMs })
    await page.reload()
    await page.getByText(/^Rotates every 30 days/).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await change(page).click()
    await question(page).waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })

  it('speaks German', async () => {
    const { key } = await german.product().keyring.create({ name: 'deutsch', owner: ada, scopes: [] })
    await german.product().keyring.scheduleRotation(key.id, { everyMs: 30 * dayMs, graceMs: dayMs })
    const { page } = await german.open('ada', `#/keys/${key.id}`)
    await page
      .getByText(/^Wird alle 30 Tage erneuert, das nächste Mal am .* funktioniert danach noch 1 Tag\.$/)
      .waitFor()
  })
})

describeInBrowserFully('a product that delivers no tokens', () => {
  const { product, open } = inBrowser()

  it('has no schedules on its page, and asks for none', async () => {
    const { key } = await product().keyring.create({ name: 'by hand', owner: ada, scopes: [] })
    const asked: string[] = []
    const { page } = await open('ada')
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(`${page.url().split('#')[0]}#/keys/${key.id}`)
    await page.getByRole('heading', { name: 'Permissions' }).waitFor()
    expect(await page.getByRole('heading', { name: 'Rotation by schedule' }).count()).toBe(0)
    expect(asked.filter((url) => url.includes('rotation'))).toEqual([])
  })
})
