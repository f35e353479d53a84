import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

describeInBrowserFully('the tab of the audit log', () => {
  const { product, open } = inBrowser()

  const makeKeys = async (id: string, names: readonly string[]) => {
    const { keyring } = product()
    for (const name of names) {
      const owner = { type: 'user', id, organizationId } as const
      await keyring.create({ owner, name, scopes: ['members.read'] }, { actor: { type: 'user', id } })
    }
  }
  const records = (page: Page) => page.getByRole('list', { name: 'Audit log' }).getByRole('listitem')

  it('says that nothing has happened yet', async () => {
    const { page, faults } = await open('ada', '#/audit')
    await page.getByText('Nothing has happened yet.').waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(faults).toEqual([])
  })

  it('lists records with names, and by type, key, person and days, page by page', async () => {
    const many = Array.from({ length: 60 }, (_, at) => `Bot ${at + 1}`)
    await makeKeys('ada', many)
    await makeKeys('mia', ['Of Mia'])
    const { page, faults } = await open('ada', '#/audit')
    await expect.poll(() => records(page).count()).toBe(50)
    expect(await records(page).first().textContent()).toMatch(/Key created.*Of Mia.*by Mia Chen/)
    await page.getByRole('button', { name: 'Show older records' }).click()
    await expect.poll(() => records(page).count()).toBe(61)

    await records(page).first().click()
    await records(page).first().getByText('What was changed').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByLabel('Who').selectOption('Mia Chen')
    await expect.poll(() => records(page).count()).toBe(1)
    await page.getByLabel('Who').selectOption('Everybody')
    await page.getByRole('button', { name: 'Key: All keys' }).click()
    await page.getByRole('searchbox').fill('Bot 7')
    await page.getByRole('button', { name: /^Bot 7\b/ }).click()
    await expect.poll(() => records(page).allTextContents()).toEqual([expect.stringMatching(/Key created.*Bot 7/)])
    await page.getByLabel('What happened').selectOption('Key revoked')
    await page.getByText('No record matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => records(page).count()).toBe(50)
    await page.getByLabel('To', { exact: true }).fill('2020-01-01')
    await page.getByText('No record matches').waitFor()
    await page.getByLabel('To', { exact: true }).fill('')
    await page.getByLabel('From', { exact: true }).fill('2020-01-01')
    await expect.poll(() => records(page).count()).toBe(50)
    expect(faults).toEqual([])
  })

  it('exports what is shown as CSV and as JSON lines', async () => {
    const { page, faults } = await open('ada', '#/audit')
    await page.getByLabel('Who').selectOption('Mia Chen')
    await expect.poll(() => records(page).count()).toBe(1)
    const exported = async (name: string): Promise<readonly string[]> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ])
      return (await readFile(await download.path(), 'utf8')).trimEnd().split('\n')
    }
    const csv = await exported('Export CSV')
    expect(csv).toHaveLength(2)
    expect(csv[1]).toContain('api_key.created')
    const lines = await exported('Export JSON lines')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['api_key.created'])
    await page.getByText('The log is exported. That was recorded, too.').waitFor()
    expect(faults).toEqual([])
  })

  it('verifies the whole log, in parts, and says where it was changed', async () => {
    const { page, context, faults } = await open('ada', '#/audit')
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText(/^No record was changed, removed or inserted: 6\d checked\.$/).waitFor()
    expect(await axeFindings(page)).toEqual([])
    const parts: string[] = []
    await context.route('**/audit/verify*', async (route) => {
      const { searchParams } = new URL(route.request().url())
      parts.push(searchParams.get('after_seq') ?? 'the beginning')
      const checkpoint = { seq: 1_000, hash: 'a'.repeat(64), keyed: false }
      const fault = { problem: 'altered', seq: 1_007 }
      const isFirst = !searchParams.has('after_seq')
      const json = isFirst
        ? { ok: true, complete: false, checkpoint, fault: null }
        : { ok: false, complete: true, checkpoint: null, fault }
      await route.fulfill({ json })
    })
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText('Record 1,007 was changed, or never belonged to the log.').waitFor()
    expect(parts).toEqual(['the beginning', '1000'])
    expect(faults).toEqual([])
  })

  it('is hidden from those who may not read it', async () => {
    const { page } = await open('mia', '#/audit')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0)
  })
})
