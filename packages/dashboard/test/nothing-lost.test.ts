import type { Page, Route } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const ada = { type: 'user', id: 'ada', organizationId } as const

/** Holds every request of this method and place until it is told to let it go. */
async function hold(page: Page, place: string, method = 'POST') {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let seen = 0
  await page.route(place, async (route) => {
    if (route.request().method() !== method) return route.continue()
    seen += 1
    await released
    await route.continue()
  })
  return { release, seen: () => seen }
}

/** Changes what the API answers. */
async function rewrite(page: Page, place: string, change: (body: never) => unknown): Promise<void> {
  await page.route(place, async (route: Route) => {
    try {
      const response = await route.fetch()
      await route.fulfill({ response, json: change((await response.json()) as never) }) // each test knows what it changes
    } catch {
      // The page was left meanwhile, and waits for no answer.
    }
  })
}

const codeOf = (page: Page, of: string) => page.getByRole('region', { name: `Token of ${of}` }).getByRole('code')
const nameIn = (page: Page) => page.getByRole('dialog').getByRole('textbox', { name: 'Name' })
const create = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Create key' })

describeInBrowserFully('what is shown once', () => {
  const { product, open } = inBrowser()

  async function openKey(name: string, input: object = { scopes: ['members.read'] }) {
    const { key } = await product().keyring.create({ name, owner: ada, ...input })
    const visit = await open('ada', `#/keys/${key.id}`)
    await visit.page.getByRole('dialog', { name }).getByText('Key ID').waitFor()
    return { ...visit, id: key.id, now: () => product().keyring.get(key.id) }
  }

  it('is shown also to somebody who closed the form while the key was made', async () => {
    const { page } = await open('ada', '#/new')
    await nameIn(page).fill('impatient')
    const held = await hold(page, '**/api/api-keys')
    await create(page).click()
    await expect.poll(held.seen).toBe(1)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    held.release()
    expect(await codeOf(page, 'impatient').textContent()).toMatch(/^ak_live_/)
  })

  it('stays when somebody goes back, and when the key cannot be read again', async () => {
    const { page } = await open('ada')
    const { key } = await product().keyring.create({ name: 'turned', owner: ada })
    await page.reload()
    await page.getByRole('link', { name: 'turned' }).click()
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await page.route(`**/api/api-keys/${key.id}`, (route) => route.abort())
    await page.getByRole('dialog', { name: 'Rotate', exact: true }).getByRole('button', { name: 'Rotate' }).click()
    await codeOf(page, 'turned').waitFor()
    await page.getByText('The server did not answer').waitFor()
    await page.goBack()
    await page.getByText('Key ID').waitFor({ state: 'detached' })
    expect(await codeOf(page, 'turned').isVisible()).toBe(true)
  })

  it('stays also when Escape is pressed again and again, and the question above it can be answered', async () => {
    const { page } = await open('ada', '#/new')
    await nameIn(page).fill('escaped')
    await create(page).click()
    await codeOf(page, 'escaped').waitFor()
    for (let times = 0; times < 5; times += 1) await page.keyboard.press('Escape')
    await expect.poll(() => codeOf(page, 'escaped').isVisible()).toBe(true)
    const question = page.getByRole('dialog', { name: 'Have you saved the token?' })
    if (!(await question.isVisible())) await page.keyboard.press('Escape')
    await question.getByRole('button', { name: 'Go back' }).click()
    await codeOf(page, 'escaped').click()
    await page.getByRole('button', { name: 'Done' }).click()
    await question.getByRole('button', { name: 'Yes, close' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  it('closes nothing that was opened since an answer was asked for', async () => {
    await product().keyring.create({ name: 'slow one', owner: ada })
    await product().keyring.create({ name: 'other one', owner: ada })
    const { page } = await open('ada')
    const held = await hold(page, '**/api/api-keys/*/disable')
    const act = async (name: string, action: string): Promise<void> => {
      await page.getByRole('button', { name: `Actions for ${name}` }).click()
      await page.getByRole('menuitem', { name: action }).click()
    }
    await act('slow one', 'Disable')
    await expect.poll(held.seen).toBe(1)
    await act('other one', 'Rotate')
    await page.getByRole('dialog', { name: 'Rotate', exact: true }).waitFor()
    held.release()
    await page.getByRole('status').filter({ hasText: '“slow one” is disabled' }).waitFor()
    expect(await page.getByRole('dialog', { name: 'Rotate', exact: true }).isVisible()).toBe(true)
  })

  it('asks whoever closes a form that is filled in', async () => {
    const { page } = await open('ada', '#/new')
    await nameIn(page).fill('half')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Go back' }).click()
    expect(await nameIn(page).inputValue()).toBe('half')
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)

    const { page: other } = await openKey('edited')
    await other.getByRole('button', { name: 'Edit', exact: true }).click()
    await nameIn(other).fill('typed')
    await other.keyboard.press('Escape')
    await other.getByRole('button', { name: 'Go back' }).click()
    expect(await nameIn(other).inputValue()).toBe('typed')
  })

  it('sends a key with "On a date" and no date nowhere', async () => {
    const { page } = await open('ada', '#/new')
    await nameIn(page).fill('undated')
    await page.getByRole('combobox', { name: 'Expires' }).selectOption('On a date')
    await create(page).click()
    await page.getByText('Choose the day on which the key ends.').waitFor()
    const { keys } = await product().keyring.list({ organizationId, search: 'undated' })
    expect(keys).toEqual([])
    const expiresAt = new Date(Date.now() + 40 * 86_400_000)
    const { page: other, now } = await openKey('dated', { expiresAt })
    await other.getByRole('button', { name: 'Edit limits' }).click()
    await other.getByRole('textbox', { name: 'On a date' }).fill('')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByText('Choose the day on which the key ends.').waitFor()
    expect((await now())?.expiresAt).toEqual(expiresAt)
  })

  it('changes only what was touched: a preset that grew gives an old key nothing', async () => {
    const { key } = await product().keyring.create({
      name: 'of a preset',
      owner: ada,
      preset: 'people',
      resources: { board: { mode: 'specific', levels: { b1: 'edit' } } },
    })
    const { page } = await open('ada')
    await rewrite(page, '**/catalog', (catalog: { presets: { name: string; scopes: string[] }[] }) => ({
      ...catalog,
      presets: catalog.presets.map((one) => ({ ...one, scopes: [...one.scopes, 'billing.read'] })),
    }))
    await page.goto(`${page.url().split('#')[0]}#/keys/${key.id}`)
    await page.reload()
    await page.getByRole('button', { name: 'Edit permissions' }).click()
    await page.getByRole('combobox', { name: 'Level for Roadmap' }).selectOption('read')
    const sent = page.waitForRequest((request) => request.method() === 'PATCH')
    await page.getByRole('button', { name: 'Save' }).click()
    const resources = { board: { mode: 'specific', levels: { b1: 'read' } } }
    expect((await sent).postDataJSON()).toEqual({ resources })
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor()
    expect(await product().keyring.get(key.id)).toMatchObject({ preset: 'people', grants: { resources } })
  })

  it('keeps further rate limits of a key', async () => {
    const rateLimits = [
      { limit: 10, windowMs: 60_000 },
      { limit: 200, windowMs: 3_600_000 },
    ]
    const { page, now } = await openKey('two limits', { rateLimits })
    await page.getByRole('button', { name: 'Edit limits' }).click()
    await page.getByText(/further limits, which stay: 200/).waitFor()
    await page.getByRole('spinbutton', { name: 'Requests' }).fill('5')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor()
    expect((await now())?.rateLimits).toEqual([{ limit: 5, windowMs: 60_000 }, rateLimits[1]])
  })

  it('gives a read-only key no level that writes', async () => {
    const { page } = await open('ada')
    const catalogOf = (catalog: { resources: { levels: { scopes: object[] }[] }[] }) => ({
      ...catalog,
      resources: catalog.resources.map((one) => ({ ...one, levels: one.levels.slice(-1) })),
    })
    await rewrite(page, '**/catalog', catalogOf)
    await page.goto(`${page.url()}#/new`)
    await page.reload()
    await nameIn(page).fill('only looks')
    await page.getByRole('radio', { name: 'Read only' }).check()
    const sent = page.waitForRequest((request) => request.method() === 'POST')
    await create(page).click()
    expect((await sent).postDataJSON()).toMatchObject({ resources: {} })
  })

  it('leaves what else stands in the address of the page', async () => {
    const { page } = await open('ada', '?org=acme&new&name=linked')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => new URL(page.url()).search).toBe('?org=acme')
  })

  it('takes a login page in place of an answer for what it is', async () => {
    const { page } = await open('ada')
    await page.route('**/catalog', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Sign in</h1>' }))
    await page.reload()
    await page.getByText('The server did not answer').waitFor()
  })
})

describeInBrowserFully('a product that keeps no tokens', () => {
  const { product, open } = inBrowser({ keyring: { reveal: undefined } })

  it('says the way on where a token was lost on its way', async () => {
    const { page } = await open('ada', '#/new')
    const loseOne = async (place: string): Promise<void> => {
      let isLost = false
      await page.route(place, async (route) => {
        if (route.request().method() !== 'POST' || isLost) return route.continue()
        isLost = true
        await route.fetch()
        await route.abort()
      })
    }
    await nameIn(page).fill('unlucky')
    await loseOne('**/api/api-keys')
    await create(page).click()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('its token was lost on the way').waitFor()
    await page.getByRole('button', { name: 'Open the key' }).click()
    await page.getByRole('dialog', { name: 'unlucky' }).getByText('Key ID').waitFor()
    await loseOne('**/rotate')
    const rotate = page.getByRole('dialog', { name: 'Rotate', exact: true })
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await rotate.getByRole('button', { name: 'Rotate' }).click()
    await rotate.getByText('The server did not answer').waitFor()
    await rotate.getByRole('combobox').selectOption('for another hour')
    await rotate.getByRole('button', { name: 'Rotate' }).click()
    const token = (await codeOf(page, 'unlucky').textContent()) ?? ''
    expect(await product().keyring.verify(token)).toMatchObject({ ok: true })
  })
})

describeInBrowserFully('a link to a page that shows little', () => {
  const { product, open } = inBrowser({ page: { show: { scopes: false, personalKeys: false } } })

  it('gives a key nothing that the page does not show', async () => {
    const { page } = await open('ada', '?new&name=linked&scopes=members.read&roles=planner')
    await page.getByText('what you cannot give here: members.read').waitFor()
    await create(page).click()
    await codeOf(page, 'linked').waitFor()
    const { keys } = await product().keyring.list({ organizationId, search: 'linked' })
    expect(keys[0]?.grants).toMatchObject({ scopes: [], roles: ['planner'] })
  })

  it('lets nobody create who may only have keys of their own, which it does not show', async () => {
    const { page } = await open('mia', '?new')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})

describeInBrowserFully('a long list', () => {
  const { product, open } = inBrowser()
  const rowCount = (page: Page) => page.getByRole('table', { name: 'API keys' }).getAttribute('aria-rowcount')

  it('keeps its place when a key far down is changed, and tells what was done of a change that broke off', async () => {
    for (let nth = 0; nth < 130; nth += 1) {
      await product().keyring.create({ name: `key ${String(nth).padStart(3, '0')}`, owner: ada })
    }
    const { page } = await open('ada')
    await page.getByText('130 keys').waitFor()
    const last = page.getByRole('row', { name: /key 000/ })
    await expect.poll(() => page.evaluate(() => scrollTo(0, 1e9)).then(() => last.count())).toBe(1)
    await page.getByRole('button', { name: 'Actions for key 001' }).click()
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    await page.getByRole('row', { name: /key 001.*Disabled/ }).waitFor()
    expect(await rowCount(page)).toBe('131')

    await page.getByRole('checkbox', { name: 'Select all keys' }).check()
    await page
      .getByRole('group', { name: /selected/ })
      .getByRole('button', { name: 'Disable' })
      .click()
    await page.getByText('129 keys will change.').waitFor()
    let sent = 0
    await page.route('**/bulk/disable', (route) => {
      sent += 1
      return sent === 2 ? route.abort() : route.continue()
    })
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.getByText('The server did not answer').waitFor()
    // By its class: what stands behind a dialog has no role.
    await page
      .locator('tr.disabled', { hasText: /key 12\d/ })
      .first()
      .waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('status').filter({ hasText: '129 keys changed.' }).waitFor()
  })

  it('begins anew where its first page failed, and mixes no two lists', async () => {
    const { page } = await open('ada')
    await page.getByText('130 keys').waitFor()
    await page.route('**/api/api-keys?*', (route) => route.abort())
    await page.getByRole('combobox', { name: 'Status' }).selectOption('Expired')
    await page.getByText('The server did not answer').waitFor()
    await page.unroute('**/api/api-keys?*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'No key matches' }).waitFor()
  })
})
