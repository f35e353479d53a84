import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const names = (page: Page): Promise<string[]> => page.locator('table[aria-label="API keys"] .name a').allTextContents()
const chip = (page: Page, key: string, tag: string) =>
  page
    .getByRole('row')
    .filter({ hasText: key })
    .getByRole('button', { name: `Keys with the tag ${tag}` })

describeInBrowserFully('the tags of keys', () => {
  const { product, open } = inBrowser()
  beforeAll(async () => {
    const owner = { type: 'user', id: 'ada', organizationId } as const
    const make = (name: string, tags: readonly string[]) =>
      product().keyring.create({ name, owner, scopes: ['*'], tags })
    await make('Deploys', ['production', 'Team Blue', 'eu-west'])
    await make('Nightly', ['production'])
    await make('Laptop', [])
  })

  it('are on the row of each key, and a press on one lists the keys that have it', async () => {
    const { page, faults } = await open('ada')
    await expect.poll(() => names(page)).toEqual(['Laptop', 'Nightly', 'Deploys'])
    const row = page.getByRole('row').filter({ hasText: 'Deploys' })
    expect(await row.getByTitle('production and Team Blue').textContent()).toBe('+2')
    await chip(page, 'Nightly', 'production').click()
    await expect.poll(() => names(page)).toEqual(['Nightly', 'Deploys'])
    await chip(page, 'Deploys', 'eu-west').click()
    await expect.poll(() => names(page)).toEqual(['Deploys'])
    const chosen = page.getByRole('group', { name: 'Tags' })
    expect(await chosen.getByRole('button').allTextContents()).toEqual(['production', 'eu-west'])
    expect(await axeFindings(page)).toEqual([])
    await chosen.getByRole('button', { name: 'Remove production' }).click()
    await chosen.getByRole('button', { name: 'Remove eu-west' }).click()
    await expect.poll(() => names(page)).toHaveLength(3)
    await page.getByRole('searchbox', { name: 'Search by name, tag or preview' }).fill('blu')
    await expect.poll(() => names(page)).toEqual(['Deploys'])
    expect(faults).toEqual([])
  })

  it('are among the details of a key, from which a press leads to the list', async () => {
    const { page } = await open('ada')
    await page.getByRole('link', { name: 'Nightly' }).click()
    const sheet = page.getByRole('dialog', { name: 'Nightly' })
    await sheet.getByRole('button', { name: 'Keys with the tag production' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await expect.poll(() => names(page)).toEqual(['Nightly', 'Deploys'])
  })

  it('are typed with commas between them when a key is created and edited; what is wrong is said at the field', async () => {
    const { page } = await open('ada', '#/new')
    await page.getByRole('textbox', { name: 'Name' }).fill('Typed')
    const field = page.getByRole('textbox', { name: 'Tags (optional)' })
    await field.fill('one, ONE')
    await page.getByRole('button', { name: 'Create key' }).click()
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
    await expect
      .poll(() => page.getByRole('alert').first().textContent())
      .toMatch(/tags.*by more than case and accents/)
    await field.fill(' two words , one,')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('region', { name: 'Token of Typed' }).waitFor()
    const made = async () => (await product().keyring.list({ organizationId, search: 'Typed' })).keys[0]
    expect((await made())?.tags).toEqual(['one', 'two words'])

    const { page: other } = await open('ada', `#/keys/${(await made())?.id}`)
    await other.getByRole('button', { name: 'Edit', exact: true }).click()
    const edited = other.getByRole('textbox', { name: 'Tags (optional)' })
    expect(await edited.inputValue()).toBe('one, two words')
    await edited.fill('three')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByRole('button', { name: 'Keys with the tag three' }).first().waitFor()
    expect((await made())?.tags).toEqual(['three'])
  })
})
