import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'

/** Creates a key, and leaves its token on the screen. */
async function create(page: Page, name: string): Promise<string> {
  await page.getByRole('link', { name: 'Create key' }).first().click()
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Create key' }).click()
  const token = await page
    .getByRole('region', { name: `Token of ${name}` })
    .getByRole('code')
    .textContent()
  expect(token).toMatch(/^ak_live_/)
  return token ?? ''
}

/** All that a page could leave behind: storages, caches, databases, cookies, its history, and what is in the document. */
async function remains(page: Page): Promise<string> {
  const within = await page.evaluate(async () => {
    const roots = [
      document.documentElement,
      ...[...document.querySelectorAll('*')].flatMap((one) => one.shadowRoot ?? []),
    ]
    const attributes = roots.flatMap((root) =>
      [...root.querySelectorAll('*')].flatMap((one) =>
        [...one.attributes].map(({ name, value }) => `${name}=${value}`),
      ),
    )
    const names = 'caches' in window ? await caches.keys() : []
    const databases = await indexedDB.databases()
    const stored = [localStorage, sessionStorage].map((storage) => JSON.stringify(storage))
    return JSON.stringify({
      attributes,
      names,
      databases,
      stored,
      text: roots.map((root) => root.textContent),
      fields: roots.flatMap((root) =>
        [...root.querySelectorAll('input, textarea')].map((one) => 'value' in one && one.value),
      ),
      history: [history.state, location.href, document.title, window.name],
      resources: performance.getEntriesByType('resource').map(({ name }) => name),
    })
  })
  return within + JSON.stringify(await page.context().storageState({ indexedDB: true }))
}

describeInBrowserFully('a token', () => {
  const { open } = inBrowser()

  it('stands in the text of the page while it is shown, and in no attribute, field, storage, title or address (T27, UI-2)', async () => {
    const { page } = await open('ada')
    const token = await create(page, 'shown')
    const [secret = ''] = token.split('_').slice(-1)
    const { text: _, ...rest } = JSON.parse((await remains(page)).replace(/\}\{.*$/s, '}'))
    expect(JSON.stringify(rest)).not.toContain(secret)
    expect(JSON.stringify(await page.context().storageState({ indexedDB: true }))).not.toContain(secret)
  })

  it('is asked about before it goes, unless it was copied (UI-2)', async () => {
    const { page } = await open('ada')
    const token = await create(page, 'asked')
    await page.getByRole('button', { name: 'Done' }).click()
    const question = page.getByRole('dialog', { name: 'Have you saved the token?' })
    await question.getByRole('button', { name: 'Go back' }).click()
    await page.getByRole('dialog', { name: 'Your new key' }).getByText(token, { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await question.getByRole('button', { name: 'Yes, close' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    expect(await remains(page)).not.toContain(token)

    await create(page, 'copied')
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'Copied', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  it('is not there again after a reload, nor by back and forward (T27, UI-3)', async () => {
    const { page } = await open('ada')
    page.on('dialog', (dialog) => void dialog.accept()) // "Leave this page?"
    const token = await create(page, 'reloaded')
    await page.reload()
    await page.getByRole('row', { name: /reloaded/ }).waitFor()
    expect(await remains(page)).not.toContain(token)

    const other = await create(page, 'left')
    await page.goto(new URL('/elsewhere', page.url()).href)
    await page.goBack()
    await page.getByRole('row', { name: /left/ }).waitFor()
    expect(await remains(page)).not.toContain(other)
    await page.goForward()
    await page.goBack()
    await page.getByRole('row', { name: /left/ }).waitFor()
    expect(await remains(page)).not.toContain(other)
  })

  it('is not in a page that the browser puts aside to show it again by "Back" (T27, UI-3)', async () => {
    const { page } = await open('ada')
    const token = await create(page, 'put aside')
    // Playwright turns that off in Chromium, so the page is told of it by hand.
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    expect(await remains(page)).not.toContain(token)
  })

  it('has the browser ask before the page is left, as long as nobody has saved it', async () => {
    const { page } = await open('ada')
    await create(page, 'leaving')
    const asked = page.waitForEvent('dialog')
    const left = page.evaluate(() => location.reload())
    const dialog = await asked
    expect(dialog.type()).toBe('beforeunload')
    await dialog.dismiss()
    await left
    await page.getByRole('region', { name: 'Token of leaving' }).waitFor()
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'Copied', exact: true }).waitFor()
    await page.reload()
    await page.getByRole('row', { name: /leaving/ }).waitFor()
  })

  it('goes with the element', async () => {
    const { page } = await open('ada')
    const token = await create(page, 'removed')
    await page.locator('keywright-settings').evaluate((one) => one.remove())
    expect(await remains(page)).not.toContain(token)
  })
})
