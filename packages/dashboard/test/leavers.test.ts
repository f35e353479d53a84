import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const firm = { type: 'organization', id: organizationId } as const
const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()
const leaving = (page: Page) => page.getByRole('dialog', { name: 'Revoke all keys of somebody' })

/** Opens the dialog, and shows the keys of a person. */
async function look(page: Page, person: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Revoke all keys of somebody' }).click()
  await leaving(page).getByRole('combobox', { name: 'Person' }).selectOption(person)
  await leaving(page).getByRole('button', { name: 'Show the keys' }).click()
  await leaving(page).getByText('will end.').waitFor()
}

describeInBrowserFully('somebody who leaves', () => {
  const { product, open } = inBrowser({ keyring: { allowKeyManagement: true } })

  /** Keys of a person: their own, one of the organisation that they made, and one that this made. */
  async function keysOf(id: string) {
    const { keyring } = product()
    const actor = { type: 'user', id } as const
    const own = await keyring.create({ name: `${id} own`, owner: { type: 'user', id, organizationId } }, { actor })
    const scopes = ['api_keys.create', 'members.read'] as const
    const made = await keyring.create({ name: `${id} deploy`, owner: firm, scopes })
    await keyring.transfer(made.key.id, { createdBy: actor })
    const by = { actor: { type: 'key', id: made.key.id, token: 'current' } } as const
    const child = await keyring.create({ name: `${id} child`, owner: firm, scopes: ['members.read'] }, by)
    const ids = [own, made, child].map(({ key }) => key.id)
    return { ids, statuses: () => Promise.all(ids.map(async (one) => (await keyring.get(one))?.status)) }
  }

  it('is named with all keys that would end, and their children, before anything ends', async () => {
    const others = await keysOf('vic')
    const { statuses } = await keysOf('mia')
    const { page, faults } = await open('ada')
    await look(page, 'Mia Chen')
    await leaving(page).getByText('3 keys will end.').waitFor()
    const rows = leaving(page).locator('.ends').getByRole('listitem')
    expect(
      (await rows.allTextContents()).map((text) =>
        text
          .replace(/ak_live_\w+…/, '')
          .trim()
          .replace(/ +/g, ' '),
      ),
    ).toEqual(['mia own', 'mia deploy', 'mia child created by the key mia deploy'])
    expect(await statuses()).toEqual(['active', 'active', 'active'])
    const confirm = leaving(page).getByRole('button', { name: 'Revoke', exact: true })
    const typed = leaving(page).getByRole('textbox', { name: 'Type 3 to confirm' })
    expect(await confirm.isDisabled()).toBe(true)
    await typed.fill('2')
    await page.keyboard.press('Enter')
    expect([await confirm.isDisabled(), await statuses()]).toEqual([true, ['active', 'active', 'active']])
    await leaving(page)
      .getByRole('textbox', { name: /^Reason/ })
      .fill('left')
    await typed.fill('3')
    await page.keyboard.press('Enter')
    await said(page, '3 keys revoked.')
    expect(await statuses()).toEqual(['revoked', 'revoked', 'revoked'])
    expect(await others.statuses()).toEqual(['active', 'active', 'active'])
    const { records } = await product().keyring.audit.list({ organizationId, type: 'api_key.revoked' })
    expect(records.map(({ actor, data }) => [actor.id, data.reason])).toEqual(Array(3).fill(['ada', 'left']))
    await expect.poll(() => leaving(page).count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('keeps what their keys created, if that is asked for; what was shown before is shown anew', async () => {
    const { statuses } = await keysOf('max')
    const { page } = await open('ada')
    await look(page, 'Max Hook')
    await leaving(page).getByText('3 keys will end.').waitFor()
    await leaving(page).getByRole('checkbox', { name: 'Also the keys that these keys created' }).uncheck()
    expect(await leaving(page).getByRole('button', { name: 'Revoke', exact: true }).count()).toBe(0)
    await leaving(page).getByRole('button', { name: 'Show the keys' }).click()
    await leaving(page).getByRole('textbox', { name: 'Type 2 to confirm' }).fill('2')
    await leaving(page).getByRole('button', { name: 'Revoke', exact: true }).click()
    await said(page, '2 keys revoked.')
    expect(await statuses()).toEqual(['revoked', 'revoked', 'active'])
  })

  it('ends many in several requests, goes on after a fault, and ends each key once', async () => {
    const { keyring } = product()
    const owner = { type: 'user', id: 'nobody', organizationId } as const
    for (let nth = 0; nth < 60; nth += 1) await keyring.create({ name: `many ${nth}`, owner })
    const { page } = await open('ada')
    await look(page, 'Noor Body')
    await leaving(page).getByRole('textbox', { name: 'Type 60 to confirm' }).fill('60')
    let sent = 0
    await page.route('**/bulk/revoke-all', (route) => {
      sent += 1
      return sent === 2 ? route.abort() : route.continue()
    })
    await leaving(page).getByRole('button', { name: 'Revoke', exact: true }).click()
    await leaving(page).getByText('The server did not answer').waitFor()
    await leaving(page).getByText('25 keys revoked.').waitFor()
    expect(await leaving(page).getByRole('textbox', { name: 'Type 60 to confirm' }).inputValue()).toBe('60')
    await leaving(page).getByRole('button', { name: 'Try again' }).click()
    await said(page, '60 keys revoked.')
    const { keys } = await keyring.list({ owner, status: 'active', limit: 100 })
    expect(keys).toEqual([])
    const query = { organizationId, type: 'api_key.revoked', limit: 100 } as const
    const ended = (await keyring.audit.list(query)).records.map(({ keyId }) => keyId)
    expect(new Set(ended).size).toBe(ended.length)
  })

  it('stops where somebody closes the dialog, and goes on where it is opened again', async () => {
    const { keyring } = product()
    const owner = { type: 'user', id: 'vic', organizationId } as const
    for (let nth = 0; nth < 30; nth += 1) await keyring.create({ name: `some ${nth}`, owner })
    const { page } = await open('ada')
    await look(page, 'Vic Only')
    const text = (await leaving(page).getByText('will end.').textContent()) ?? ''
    const count = /(\d+) keys/.exec(text)?.[1] ?? ''
    await leaving(page).getByRole('textbox', { name: /^Type/ }).fill(count)
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let seen = 0
    await page.route('**/bulk/revoke-all', async (route) => {
      seen += 1
      await held
      await route.continue()
    })
    await leaving(page).getByRole('button', { name: 'Revoke', exact: true }).click()
    await expect.poll(() => seen).toBe(1)
    await page.keyboard.press('Escape')
    await expect.poll(() => leaving(page).count()).toBe(0)
    release()
    const active = async () => (await keyring.list({ owner, status: 'active', limit: 100 })).keys.length
    await expect.poll(active).toBeLessThan(10)
    expect([seen, await active()]).toEqual([1, Number(count) - 25 - 2])
    await page.unroute('**/bulk/revoke-all')
    await look(page, 'Vic Only')
    await leaving(page)
      .getByText(`${Number(count) - 25} keys will end.`)
      .waitFor()
  })

  it('is shown nothing and keeps what is filled in where the API does not answer', async () => {
    const { page } = await open('ada')
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Revoke all keys of somebody' }).click()
    await leaving(page).getByRole('combobox', { name: 'Person' }).selectOption('Ada Lovelace')
    await leaving(page)
      .getByRole('textbox', { name: /^Reason/ })
      .fill('moved')
    await page.route('**/bulk/revoke-all', (route) => route.abort(), { times: 1 })
    await leaving(page).getByRole('button', { name: 'Show the keys' }).click()
    await leaving(page).getByText('The server did not answer').waitFor()
    expect(
      await leaving(page)
        .getByRole('textbox', { name: /^Reason/ })
        .inputValue(),
    ).toBe('moved')
    await leaving(page).getByRole('button', { name: 'Try again' }).click()
    await leaving(page)
      .getByText(/key.* to end\.|will end\./)
      .waitFor()
  })

  it.each(['mia', 'vic'])('is nothing that %s may do: it is not offered', async (login) => {
    const { page } = await open(login)
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    expect(await page.getByRole('button', { name: 'More', exact: true }).count()).toBe(0)
  })
})

describeInBrowserFully('a product that lists nobody', () => {
  const { product, open } = inBrowser({ api: { people: undefined } })

  it('asks for the id of the person', async () => {
    const { keyring } = product()
    await keyring.create({ name: 'of zoe', owner: { type: 'user', id: 'zoe', organizationId } })
    const { page } = await open('ada')
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem').click()
    await leaving(page).getByRole('textbox', { name: 'Person' }).fill('zoe')
    await leaving(page).getByRole('button', { name: 'Show the keys' }).click()
    await leaving(page).getByText('1 key will end.').waitFor()
  })
})

describeInBrowserFully('the dialogs for leavers', () => {
  const { product, open } = inBrowser()
  const german = inBrowser({ page: { lang: 'de' } })

  it.each([
    ['in light', { colorScheme: 'light' }],
    ['in dark', { colorScheme: 'dark' }],
    ['on a phone', { viewport: { width: 390, height: 780 } }],
  ] as const)('have nothing that axe finds %s', async (_, look_) => {
    const { key } = await product().keyring.create({ name: 'accessible', owner: firm })
    const { page } = await open('ada', '', { reducedMotion: 'reduce', ...look_ })
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    const findings = []
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menu').waitFor()
    findings.push(...(await axeFindings(page)))
    await page.keyboard.press('Escape')
    await product().keyring.transfer(key.id, { createdBy: { type: 'user', id: 'mia' } })
    await look(page, 'Mia Chen')
    findings.push(...(await axeFindings(page)))
    expect(await overflow()).toBeLessThanOrEqual(0)
    await page.keyboard.press('Escape')
    await page.goto(`${page.url().split('#')[0]}#/keys/${key.id}`)
    await page.getByRole('button', { name: 'Transfer', exact: true }).click()
    await page.getByRole('dialog', { name: /^Transfer/ }).waitFor()
    findings.push(...(await axeFindings(page)))
    expect(findings).toEqual([])
    expect(await overflow()).toBeLessThanOrEqual(0)
  })

  it('speak German', async () => {
    await german.product().keyring.create({ name: 'eins', owner: { type: 'user', id: 'mia', organizationId } })
    const { page } = await german.open('ada')
    await page.getByRole('button', { name: 'Mehr', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Alle Schlüssel einer Person widerrufen' }).click()
    await page.getByRole('combobox', { name: 'Person' }).selectOption('Mia Chen')
    await page.getByRole('button', { name: 'Schlüssel zeigen' }).click()
    await page.getByText('1 Schlüssel endet.').waitFor()
  })
})
