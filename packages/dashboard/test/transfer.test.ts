import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const firm = { type: 'organization', id: organizationId } as const
const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()

describeInBrowserFully('a key that goes to somebody else', () => {
  const { product, open } = inBrowser()

  async function openKey(name: string, owner: object = firm) {
    const { keyring } = product()
    const { key } = await keyring.create({ name, owner: owner as typeof firm, scopes: ['members.read'] })
    const visit = await open('ada', `#/keys/${key.id}`)
    await visit.page.getByRole('dialog', { name }).getByText('Key ID').waitFor()
    return { ...visit, id: key.id, now: () => keyring.get(key.id) }
  }
  const question = (page: Page, name: string) => page.getByRole('dialog', { name: `Transfer “${name}”` })

  it('stays the organisation’s with somebody who answers for it', async () => {
    const { page, now } = await openKey('answered for')
    await page.getByRole('button', { name: 'Transfer', exact: true }).click()
    const dialog = question(page, 'answered for')
    expect(await dialog.getByRole('button', { name: 'Transfer' }).isDisabled()).toBe(true)
    await dialog.getByRole('combobox', { name: 'Person who answers for it' }).selectOption('Mia Chen')
    await dialog.getByRole('button', { name: 'Transfer' }).click()
    await said(page, 'is transferred')
    expect(await now()).toMatchObject({ owner: firm, createdBy: { type: 'user', id: 'mia' } })
    await page.getByText('Created by Mia Chen').waitFor()
  })

  it('becomes theirs, from the menu of its row and by keys alone; then nobody can transfer it', async () => {
    const { page, now } = await openKey('theirs')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Actions for theirs' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Transfer' }).focus()
    await page.keyboard.press('Enter')
    const dialog = question(page, 'theirs')
    await dialog.getByRole('checkbox', { name: /^It becomes theirs/ }).focus()
    await page.keyboard.press('Space')
    await dialog.getByRole('combobox', { name: 'Person who answers for it' }).selectOption('Mia Chen')
    await dialog.getByRole('button', { name: 'Transfer' }).focus()
    await page.keyboard.press('Enter')
    await said(page, 'is transferred')
    expect(await now()).toMatchObject({ owner: { type: 'user', id: 'mia' } })
    await page.getByRole('button', { name: 'Actions for theirs' }).click()
    await page.getByRole('menuitem', { name: 'Rotate' }).waitFor()
    expect(await page.getByRole('menuitem', { name: 'Transfer' }).count()).toBe(0)
  })

  it('says what is refused, and keeps what is filled in', async () => {
    const { page, id } = await openKey('refused')
    await page.getByRole('button', { name: 'Transfer', exact: true }).click()
    const dialog = question(page, 'refused')
    await dialog.getByRole('combobox', { name: 'Person who answers for it' }).selectOption('Mia Chen')
    await product().keyring.revoke(id)
    await dialog.getByRole('button', { name: 'Transfer' }).click()
    await dialog.getByRole('alert').getByText('revoked').waitFor()
    expect(await dialog.getByRole('combobox', { name: 'Person who answers for it' }).inputValue()).toBe('mia')
  })

  it.each([
    ['in light', { colorScheme: 'light' }],
    ['in dark', { colorScheme: 'dark' }],
    ['on a phone', { viewport: { width: 390, height: 780 } }],
  ] as const)('is asked for by a dialog in which axe finds nothing %s', async (_, look) => {
    const { key } = await product().keyring.create({ name: 'accessible', owner: firm })
    const { page } = await open('ada', `#/keys/${key.id}`, { reducedMotion: 'reduce', ...look })
    await page.getByRole('button', { name: 'Transfer', exact: true }).click()
    await question(page, 'accessible').waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })

  it.each(['own', 'mia'])('is nothing else: not offered %s', async (which) => {
    const owner = { type: 'user', id: 'mia', organizationId } as const
    const { key } = await product().keyring.create({ name: `of ${which}`, owner })
    const { page } = await open(which === 'own' ? 'ada' : 'mia', `#/keys/${key.id}`)
    await page.getByText('Key ID').waitFor()
    expect(await page.getByRole('button', { name: 'Transfer', exact: true }).count()).toBe(0)
  })
})

describeInBrowserFully('a product that lists nobody', () => {
  const { product, open } = inBrowser({ api: { people: undefined } })

  it('asks for the id of the person', async () => {
    const { key } = await product().keyring.create({ name: 'to zoe', owner: firm })
    const { page } = await open('ada', `#/keys/${key.id}`)
    await page.getByRole('button', { name: 'Transfer', exact: true }).click()
    await page.getByRole('textbox', { name: 'Person who answers for it' }).fill('zoe')
    await page
      .getByRole('dialog', { name: /^Transfer/ })
      .getByRole('button', { name: 'Transfer' })
      .click()
    await said(page, 'is transferred')
    expect(await product().keyring.get(key.id)).toMatchObject({ createdBy: { type: 'user', id: 'zoe' } })
  })
})
