import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const owner = { type: 'user', id: 'ada', organizationId } as const

/** The text or the label of what has the focus. */
const focused = (page: Page): Promise<string | undefined> =>
  page.locator('keywright-settings').evaluate((host) => {
    const { activeElement: at } = host.shadowRoot ?? {}
    return at?.getAttribute('aria-label') ?? at?.getAttribute('placeholder') ?? at?.textContent ?? undefined
  })

describeInBrowserFully('the focus, and what is said in passing', () => {
  const { product, open } = inBrowser()
  const make = async (name: string): Promise<string> =>
    (await product().keyring.create({ owner, name, scopes: ['members.read'] })).key.id

  it('stays in the form while resources are added and removed', async () => {
    const { page } = await open('ada', '#/new')
    await page.getByRole('radio', { name: /^Choose/ }).check()
    await page.getByRole('radio', { name: 'Specific boards' }).check()
    for (const name of ['Roadmap', 'Support', 'Website']) {
      await page.getByRole('button', { name, exact: true }).click()
      await expect.poll(() => focused(page)).toBe('Find a board to add')
    }
    const removed: readonly (readonly [name: string, next: string])[] = [
      ['Roadmap', 'Remove Support'],
      ['Website', 'Remove Support'],
      ['Support', 'Find a board to add'],
    ]
    for (const [name, next] of removed) {
      await page.getByRole('button', { name: `Remove ${name}` }).press('Enter')
      await expect.poll(() => page.getByRole('button', { name: `Remove ${name}` }).count()).toBe(0)
      expect(await focused(page)).toBe(next)
    }
  })

  it('is in the first field of a form that opens within a dialog', async () => {
    const id = await make('Edited')
    const { page } = await open('ada', `#/keys/${id}`)
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const name = page.getByRole('textbox', { name: 'Name' })
    await name.waitFor()
    expect(await name.evaluate((one) => one.matches(':focus'))).toBe(true)
    await page.getByRole('button', { name: 'Cancel' }).press('Enter')
    await expect.poll(() => focused(page)).toBe('Edited')
    await page.getByRole('button', { name: 'Edit limits' }).press('Enter')
    const expires = page.getByRole('combobox', { name: 'Expires' })
    await expect.poll(() => expires.evaluate((one) => one.matches(':focus'))).toBe(true)
  })

  it('lets nobody miss the way back who has the focus on it, or points at it', async () => {
    await make('Slipped')
    const { page } = await open('ada')
    await page.clock.install()
    await page.reload()
    await page.getByRole('button', { name: 'Actions for Slipped' }).click()
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    const undo = page.getByRole('button', { name: 'Undo' })
    await undo.focus()
    await page.clock.runFor(20_000)
    await undo.hover()
    await undo.evaluate((one: HTMLElement) => one.blur())
    await page.clock.runFor(20_000)
    expect(await undo.count()).toBe(1)
    await page.mouse.move(0, 0)
    await page.clock.runFor(9_000)
    await expect.poll(() => undo.count()).toBe(0)
  })

  it('selects the id of a key where the browser lets the page copy nothing', async () => {
    const id = await make('Copied')
    const { page } = await open('ada', `#/keys/${id}`)
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))
    })
    await page.getByRole('button', { name: 'Copy the key ID' }).click()
    await page.getByText('Selected. Press').waitFor()
    expect(await page.evaluate(() => String(getSelection()))).toBe(id)
  })

  it('is told that the product does not list its resources now, and may ask again', async () => {
    const { page, context } = await open('ada', '#/new')
    const asked: string[] = []
    let isOut = true
    await context.route('**/resources/board*', async (route) => {
      asked.push(new URL(route.request().url()).searchParams.get('search') ?? '')
      if (isOut) await route.fulfill({ status: 503, json: { detail: 'The product did not answer.' } })
      else await route.continue()
    })
    await page.getByRole('radio', { name: /^Choose/ }).check()
    await page.getByRole('radio', { name: 'Specific boards' }).check()
    await page.getByRole('alert').filter({ hasText: 'The product did not answer.' }).waitFor()
    isOut = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Roadmap' }).waitFor()
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    const before = asked.length
    await page.getByRole('searchbox', { name: 'Find a board to add' }).focus()
    for (const letter of 'hiring') await page.keyboard.press(letter)
    await page.clock.runFor(1_000)
    await page.clock.resume()
    await page.getByRole('button', { name: 'Hiring' }).waitFor()
    expect(asked.slice(before)).toEqual(['h', 'hiring'])
  })
})
