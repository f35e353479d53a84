import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const dayMs = 86_400_000
const inDays = (days: number): Date => new Date(Date.now() + days * dayMs)
const of = (id: string) => ({ type: 'user', id, organizationId }) as const
const crowd = Array.from({ length: 150 }, (_, at) => ({ id: `u${at}`, name: `Person ${at}` }))
const names = (page: Page): Promise<string[]> =>
  page.getByRole('table', { name: 'API keys' }).getByRole('row').getByRole('link').allTextContents()

describeInBrowserFully('finding keys', () => {
  const { product, open } = inBrowser({
    api: {
      people: async (_caller, _organization, search) =>
        [{ id: 'mia', name: 'Mia Chen' }, ...crowd].filter(({ name }) => name.includes(search)),
    },
  })
  beforeAll(async () => {
    const { keyring } = product()
    const key = (name: string, id: string, days: number, creator: string) =>
      keyring.create(
        { owner: of(id), name, scopes: ['members.read'], expiresAt: inDays(days) },
        { actor: { type: 'user', id: creator } },
      )
    await key('Ends soon', 'mia', 29, 'mia')
    await key('Ends later', 'mia', 30.5, 'ada')
    await key('Of the last one', 'u149', 200, 'ada')
    const { key: gone } = await key('Once leaked', 'mia', 200, 'mia')
    await keyring.revoke(gone.id, {}, { actor: { type: 'user', id: 'ada' } })
    const past = await keyring.create({ owner: of('mia'), name: 'Long over', scopes: ['members.read'] })
    await keyring.update(past.key.id, { expiresAt: new Date(Date.now() + 2_000) })
    await new Promise((done) => setTimeout(done, 2_100))
  })

  it('leaves out of those that expire within 30 days what has expired, and what does later', async () => {
    const { page } = await open('ada')
    await expect.poll(() => names(page)).toHaveLength(4)
    await page.getByLabel('Attention').selectOption('Expires within 30 days')
    await expect.poll(() => names(page)).toEqual(['Ends soon'])
    await page.getByLabel('Attention').selectOption('All keys')
    await page.getByLabel('Status', { exact: true }).selectOption('Expired')
    await expect.poll(() => names(page)).toEqual(['Long over'])
  })

  it('changes in bulk those that the list shows', async () => {
    const { page } = await open('ada')
    await page.getByLabel('Attention').selectOption('Expires within 30 days')
    await expect.poll(() => names(page)).toEqual(['Ends soon'])
    const asked = page.waitForRequest((request) => request.url().includes('/bulk/'))
    await page.getByRole('checkbox', { name: 'Select all keys that are loaded' }).check()
    await page.getByRole('group', { name: '1 key selected' }).getByRole('button', { name: 'Disable' }).click()
    await asked
    await page.getByText('1 key will change.').waitFor()
  })

  it('finds keys by who created them', async () => {
    const { page } = await open('ada')
    await page.getByLabel('Created by').selectOption('Mia Chen')
    await expect.poll(() => names(page)).toEqual(['Ends soon'])
    await page.getByLabel('Created by').selectOption('By anybody')
    await expect.poll(() => names(page)).toHaveLength(4)
  })

  it('does not move the list when the people are there', async () => {
    const { page, context } = await open('nobody')
    let answer: () => void = () => {}
    const isAsked = new Promise<void>((resolve) => {
      answer = resolve
    })
    await context.route('**/people*', async (route) => {
      await isAsked
      await route.continue()
    })
    await context.addCookies([{ name: 'login', value: 'ada', url: product().origin }])
    await page.setViewportSize({ width: 390, height: 780 })
    await page.reload()
    const list = page.getByRole('table', { name: 'API keys' })
    await expect.poll(() => names(page)).toHaveLength(4)
    const before = await list.boundingBox()
    answer()
    await page.getByLabel('Created by').getByRole('option', { name: 'Mia Chen' }).waitFor({ state: 'attached' })
    expect((await list.boundingBox())?.y).toBe(before?.y)
  })

  it('finds a person by name where the product has more than are listed', async () => {
    const { page, faults } = await open('ada')
    await page.getByLabel('Owner', { exact: true }).selectOption('Another person…')
    await page.getByRole('searchbox', { name: 'Search people' }).fill('Person 149')
    await page.getByRole('button', { name: 'Person 149' }).click()
    await expect.poll(() => names(page)).toEqual(['Of the last one'])
    expect(await page.getByLabel('Owner', { exact: true }).inputValue()).toBe('u149')
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByLabel('Who').selectOption('Another person…')
    await page.getByRole('searchbox', { name: 'Search people' }).fill('Person 148')
    await page.getByRole('button', { name: 'Person 148' }).click()
    await page.getByRole('heading', { name: 'No record matches' }).waitFor()
    expect(faults).toEqual([])
  })

  it('shows what a revoked key has done', async () => {
    const { page } = await open('ada', '#/audit')
    await page.getByRole('button', { name: 'Key: All keys' }).click()
    await page.getByRole('button', { name: /^Once leaked/ }).click()
    await expect
      .poll(() => page.getByRole('list', { name: 'Audit log' }).getByRole('listitem').allTextContents())
      .toEqual([expect.stringMatching(/^Key revoked/), expect.stringMatching(/^Key created/)])
  })

  it('asks for the first letter at once, and for the last one always', async () => {
    const { page } = await open('ada')
    await expect.poll(() => names(page)).toHaveLength(4)
    const asked: (string | null)[] = []
    page.on('request', (request) => {
      const { searchParams } = new URL(request.url())
      if (searchParams.has('search')) asked.push(searchParams.get('search'))
    })
    // The clock of the page moves only as it is told to.
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    const search = page.getByRole('searchbox', { name: 'Search by name, tag or preview' })
    await search.focus()
    await page.keyboard.press('l')
    await page.clock.runFor(60)
    expect(asked).toEqual(['l'])
    await page.keyboard.press('a')
    await page.keyboard.press('t')
    await page.clock.runFor(40)
    expect(asked).toEqual(['l'])
    await page.clock.runFor(200)
    expect(asked).toEqual(['l', 'lat'])
    await page.clock.resume()
    await expect.poll(() => names(page)).toEqual(['Ends later'])
  })
})
