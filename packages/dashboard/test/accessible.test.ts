import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { seedKeys } from './seed-keys.js'

describeInBrowserFully('for everybody', () => {
  const { product, open } = inBrowser()
  let detailed = ''
  beforeAll(async () => {
    const seeded = await seedKeys(product().keyring)
    detailed = seeded.detailed
  })

  const views: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    'the list': async (page) => {
      await page.getByText(/^Revoked keys/).click()
      await page.getByRole('table', { name: 'Revoked' }).getByRole('link').first().waitFor()
    },
    'an empty list': async (page) => {
      await page.getByRole('searchbox').first().fill('nothing like it')
      await page.getByRole('heading', { name: 'No key matches' }).waitFor()
    },
    'the menu of a key': async (page) => {
      await page.getByRole('button', { name: 'Actions for CI pipeline' }).click()
      await page.getByRole('menu').waitFor()
    },
    'a selection': async (page) => {
      await page.getByRole('checkbox', { name: 'Select CI pipeline' }).check()
      await page.getByRole('group', { name: '1 key selected' }).waitFor()
    },
    'a key': async (page) => {
      await page.getByRole('link', { name: 'CI pipeline' }).click()
      await page.getByRole('heading', { name: 'Permissions' }).waitFor()
    },
    'the form that edits grants': async (page) => {
      await page.getByRole('link', { name: 'CI pipeline' }).click()
      await page.getByRole('button', { name: 'Edit permissions' }).click()
      await page.getByRole('button', { name: 'Save' }).waitFor()
    },
    'the form for a new key, with faults': async (page) => {
      await page.getByRole('link', { name: 'Create key' }).click()
      await page.getByRole('radio', { name: /^Choose/ }).check()
      await page.getByRole('radio', { name: 'Specific boards' }).check()
      await page.getByRole('button', { name: 'Roadmap' }).click()
      await page.getByText('Addresses and limits').click()
      await page.getByRole('button', { name: 'Create key' }).click()
      await page.getByText('Give the key a name.').waitFor()
    },
    'a question': async (page) => {
      await page.getByRole('link', { name: 'CI pipeline' }).click()
      await page.getByRole('button', { name: 'Revoke', exact: true }).click()
      await page.getByRole('dialog', { name: /^Revoke/ }).waitFor()
    },
    'a token': async (page) => {
      await page.getByRole('link', { name: 'Create key' }).click()
      await page.getByRole('textbox', { name: 'Name' }).fill('Accessible')
      await page.getByRole('button', { name: 'Create key' }).click()
      await page.getByRole('heading', { name: 'Your new key' }).waitFor()
    },
  }
  const looks = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { viewport: { width: 390, height: 780 } },
  } as const

  describe.each(Object.entries(looks))('%s', (_, look) => {
    it.each(Object.entries(views))('axe finds nothing in %s', async (_name, show) => {
      const { page } = await open('ada', '', { reducedMotion: 'reduce', ...look })
      await page.getByRole('link', { name: 'CI pipeline' }).waitFor()
      await show(page)
      expect(await axeFindings(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    })
  })

  it('can be used by keys alone: creates a key, and copies its token', async () => {
    const { page } = await open('ada')
    await page.getByRole('link', { name: 'Create key' }).waitFor()
    const press = async (until: string): Promise<void> => {
      for (let step = 0; step < 40; step += 1) {
        await page.keyboard.press('Tab')
        const focused = await page
          .locator('keywright-settings')
          .evaluate((one) => one.shadowRoot?.activeElement?.textContent ?? '')
        if (focused.includes(until)) return
      }
      throw new Error(`Tab does not come to ${until}`)
    }
    await press('Create key')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    // The first field has the focus.
    await page.keyboard.type('By keys')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Token of By keys' }).waitFor()
    await press('Copy')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Copied', exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  it('gives the focus back to where it was', async () => {
    const { page } = await open('ada')
    const link = page.getByRole('link', { name: 'CI pipeline' })
    await link.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'CI pipeline' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => link.evaluate((one) => one.matches(':focus'))).toBe(true)
    expect(detailed).not.toBe('')
  })
})

describeInBrowserFully('in other languages', () => {
  const german = inBrowser({ page: { lang: 'de' } })
  const arabic = inBrowser({ page: { lang: 'ar' } })

  it('speaks German', async () => {
    const { page, faults } = await german.open('ada')
    await page.getByRole('heading', { name: 'API-Schlüssel' }).waitFor()
    await page.getByRole('link', { name: 'Schlüssel erstellen' }).first().click()
    await page.getByRole('radio', { name: 'Alles, was ich darf' }).waitFor()
    expect(faults).toEqual([])
  })

  it('is written from right to left where the language is', async () => {
    const { page } = await arabic.open('ada')
    const button = page.getByRole('link', { name: 'Create key' }).first()
    const [title, create] = await Promise.all([
      page.getByRole('heading', { level: 1 }).boundingBox(),
      button.boundingBox(),
    ])
    expect(create?.x).toBeLessThan(title?.x ?? 0)
    await button.click()
    expect(await axeFindings(page)).toEqual([])
  })
})
