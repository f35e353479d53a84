import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const ada = { type: 'user', id: 'ada', organizationId } as const

describeInBrowserFully('managing a key', () => {
  const { product, open } = inBrowser()

  /** Makes a key of ada's, and opens it. */
  async function openKey(name: string, input: object = { scopes: ['members.read'] }) {
    const { keyring } = product()
    const { key, token } = await keyring.create({ name, owner: ada, ...input })
    const visit = await open('ada', `#/keys/${key.id}`)
    await visit.page.getByRole('dialog', { name }).getByText('Key ID').waitFor()
    return { ...visit, id: key.id, token: token.reveal(), now: () => keyring.get(key.id) }
  }

  const said = (page: Page, text: string): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor()

  it('shows the full set of scopes with what each means, and what is sensitive (K7)', async () => {
    const { page } = await openKey('full', { scopes: ['members.read', 'billing.manage'], roles: ['planner'] })
    const dialog = page.getByRole('dialog')
    await dialog.getByText('View members').waitFor()
    const text = await dialog.textContent()
    for (const part of ['members.read', 'billing.manage', 'Sensitive', 'planner', 'policies.read, policies.edit']) {
      expect(text).toContain(part)
    }
  })

  it('renames a key, and describes it', async () => {
    const { page, now } = await openKey('before')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('after')
    await page.getByRole('textbox', { name: 'Description' }).fill('Moves tasks')
    await page.getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    expect(await now()).toMatchObject({ name: 'after', description: 'Moves tasks' })
    await page.getByRole('dialog', { name: 'after' }).waitFor()
  })

  it('keeps what was typed and says what is wrong with it, beside its field', async () => {
    const { page, now } = await openKey('typed')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const field = page.getByRole('dialog').getByRole('textbox', { name: 'Name' })
    await field.fill('   ')
    await page.getByRole('textbox', { name: 'Description' }).fill('kept')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('kept')
    expect((await now())?.name).toBe('typed')
  })

  it('undoes no change that somebody else made meanwhile, and keeps what was typed', async () => {
    const { page, now, id } = await openKey('raced')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await product().keyring.update(id, { description: 'from elsewhere' })
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('mine')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else changed this key meanwhile').waitFor()
    expect(await now()).toMatchObject({ name: 'raced', description: 'from elsewhere' })
    expect(await page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('from elsewhere')
    expect(await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).inputValue()).toBe('mine')
    await page.getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    expect(await now()).toMatchObject({ name: 'mine', description: 'from elsewhere' })
  })

  it('edits the boards of a key, each with its level (A3, A6)', async () => {
    const { page, now } = await openKey('boards', {
      scopes: [],
      resources: { board: { mode: 'specific', levels: { b1: 'edit', b2: 'read' } } },
    })
    await page.getByRole('button', { name: 'Manage boards' }).click()
    await page.getByRole('button', { name: 'Remove Support' }).click()
    await page.getByRole('combobox', { name: 'Level for Roadmap' }).selectOption('read')
    await page.getByRole('searchbox', { name: 'Find a board to add' }).fill('web')
    await page.getByRole('button', { name: 'Website' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    expect((await now())?.grants.resources).toEqual({ board: { mode: 'specific', levels: { b1: 'read', b3: 'edit' } } })
  })

  it('edits permissions and roles, and leaves a wildcard that the key has', async () => {
    const { page, now } = await openKey('grants', { scopes: ['policies.*', 'members.read'] })
    await page.getByRole('button', { name: 'Edit permissions' }).click()
    await page.getByRole('checkbox', { name: /^View members/ }).uncheck()
    await page.getByRole('checkbox', { name: /^auditor/ }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    expect((await now())?.grants).toMatchObject({ scopes: ['policies.*'], roles: ['auditor'] })
  })

  it('changes addresses and rate limit, and leaves the end of the key as it is', async () => {
    const expiresAt = new Date(Date.now() + 40 * 86_400_000)
    const { page, now } = await openKey('limits', { scopes: ['members.read'], expiresAt })
    await page.getByRole('button', { name: 'Edit limits' }).click()
    await page.getByRole('textbox', { name: 'Allowed addresses' }).fill('192.0.2.0/24\n198.51.100.7')
    await page.getByRole('spinbutton', { name: 'Requests' }).fill('30')
    await page.getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    expect(await now()).toMatchObject({
      expiresAt,
      ipAllowList: ['192.0.2.0/24', '198.51.100.7'],
      rateLimits: [{ limit: 30, windowMs: 60_000 }],
    })
  })

  it('disables a key, undoes it, and enables the same token again (K5, O5)', async () => {
    const { page, token, now } = await openKey('toggled')
    const { keyring } = product()
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await said(page, 'is disabled')
    expect(await keyring.verify(token)).toMatchObject({ ok: false, refusal: { code: 'api_key_disabled' } })
    await page.getByRole('button', { name: 'Undo' }).click()
    await said(page, 'works again')
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await page.getByRole('button', { name: 'Enable', exact: true }).click()
    await expect.poll(async () => (await now())?.status).toBe('active')
  })

  it('rotates a key with a grace, so that both tokens work meanwhile (T7, O6)', async () => {
    const { page, token } = await openKey('rotated')
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await page.getByRole('combobox', { name: 'The previous token works' }).selectOption('for another hour')
    await page.getByRole('dialog', { name: 'Rotate', exact: true }).getByRole('button', { name: 'Rotate' }).click()
    const next = (await page.getByRole('region', { name: 'Token of rotated' }).getByRole('code').textContent()) ?? ''
    expect(next).not.toBe(token)
    const { keyring } = product()
    expect(await keyring.verify(next)).toMatchObject({ ok: true })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    await page.getByText('The previous token works until').waitFor()
  })

  it('shows a token again where the product keeps it, and says that this is recorded (A7)', async () => {
    const { page, token, id } = await openKey('revealed')
    await page.getByRole('button', { name: 'Show token' }).click()
    expect(await page.getByRole('region', { name: 'Token of revealed' }).getByRole('code').textContent()).toBe(token)
    await page.getByText('This was recorded in the audit log.').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => page.getByText(token).count()).toBe(0)
    const { records } = await product().keyring.audit.list({ organizationId, keyId: id })
    expect(records.map(({ type }) => type)).toContain('api_key.revealed')
  })

  it('revokes a key only when its name is typed, and keeps it in a collapsed section (A9, L8, T8)', async () => {
    const { page, token, now } = await openKey('revoke me')
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Revoke “revoke me”?' })
    const confirm = dialog.getByRole('button', { name: 'Revoke' })
    await dialog.getByRole('textbox', { name: /^Type/ }).fill('revoke')
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('lost laptop')
    await dialog.getByRole('textbox', { name: /^Type/ }).fill('revoke me')
    await confirm.click()
    await said(page, '“revoke me” is revoked.')
    expect(await product().keyring.verify(token)).toMatchObject({ ok: false })
    expect(await now()).toMatchObject({ status: 'revoked', revokedReason: 'lost laptop' })
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    expect(await page.getByRole('row', { name: /revoke me/ }).count()).toBe(0)
    await page.getByText(/^Revoked keys \(\d+\)$/).click()
    await page
      .getByRole('table', { name: 'Revoked' })
      .getByRole('row', { name: /revoke me/ })
      .waitFor()
  })

  it('deletes a key for good only when its name is typed (K6)', async () => {
    const { page, now } = await openKey('delete me')
    await page.getByRole('button', { name: 'Delete permanently' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete “delete me” permanently?' })
    await dialog.getByRole('textbox', { name: /^Type/ }).fill('delete me')
    await dialog.getByRole('button', { name: 'Delete permanently' }).click()
    await said(page, '“delete me” is deleted.')
    expect(await now()).toBeNull()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  it('copies the id of a key', async () => {
    const { page, id } = await openKey('copied')
    await page.getByRole('button', { name: 'Copy the key ID' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id)
  })

  it('says that a key does not exist to whoever may not see it', async () => {
    const { key } = await product().keyring.create({ name: 'of ada', owner: ada })
    const { page } = await open('mia', `#/keys/${key.id}`)
    await page.getByText('This key does not exist, or you may not see it.').waitFor()
  })

  it('offers nothing that the caller may not do (O8)', async () => {
    const { page } = await open('vic')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    await page.getByText('There are no keys yet').waitFor()
    expect(await page.getByRole('link', { name: 'Create key' }).count()).toBe(0)
    const { page: other } = await open('nobody', '#/new')
    await other.getByText('You may not see API keys').waitFor()
    expect(await other.getByRole('dialog').count()).toBe(0)
  })

  it('tells somebody who is signed out so', async () => {
    const { page } = await open('stranger')
    await page.getByText('You are signed out').waitFor()
  })
})
