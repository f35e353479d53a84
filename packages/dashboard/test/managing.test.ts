import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

const ada = { type: 'user', id: 'ada', organizationId } as const

/** What the API answers to requests that the page itself would not send, with the login of whoever has it open. */
const askedOf = (page: Page, requests: readonly string[]): Promise<readonly string[]> =>
  page.evaluate(async (all) => {
    const answers: string[] = []
    for (const request of all) {
      const [method = '', path = ''] = request.split(' ')
      const hasBody = method === 'PATCH' || request === 'POST '
      const body = hasBody ? { body: JSON.stringify({ name: 'forced' }) } : {}
      const headers = { 'Content-Type': 'application/json' }
      const response = await fetch(`/api/api-keys${path}`, { method, headers, ...body })
      const { code } = await response.json()
      answers.push(`${response.status} ${code}`)
    }
    return answers
  }, requests)

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

  it('K7: shows the full set of scopes of a key, with what each means and what is sensitive', async () => {
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

  it('gives a key a budget, shows what is left of it and when there is more, and takes it away', async () => {
    const { page, now, token } = await openKey('budgeted')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('No budget').waitFor()
    await page.getByRole('button', { name: 'Edit limits' }).click()
    await dialog.getByRole('spinbutton', { name: 'Budget' }).fill('1000')
    await dialog.getByRole('combobox', { name: 'Refilled' }).selectOption('month')
    await page.getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    const timeZone = await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
    expect((await now())?.budget).toEqual({ limit: 1_000, refill: { every: 'month', timeZone } })
    await product().keyring.verify(token, { cost: 250 })
    await page.reload()
    await dialog.getByText('750 of 1,000 credits left').waitFor()
    const bar = dialog.getByRole('progressbar', { name: 'Budget' })
    expect([await bar.getAttribute('value'), await bar.getAttribute('max')]).toEqual(['750', '1000'])
    await page.getByRole('button', { name: 'Edit limits' }).click()
    const field = dialog.getByRole('spinbutton', { name: 'Budget' })
    expect(await field.inputValue()).toBe('1000')
    await field.fill('-1')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('')
    await page.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('No budget').waitFor()
    expect((await now())?.budget).toBeNull()
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

  it.each(['Edit permissions', 'Edit limits'])(
    'undoes nobody else\'s change by the form of "%s" either',
    async (form) => {
      const { page, now, id } = await openKey('raced')
      await page.getByRole('button', { name: form }).click()
      await product().keyring.update(id, { scopes: ['members.invite'], ipAllowList: ['192.0.2.0/24'] })
      if (form === 'Edit limits') await page.getByRole('textbox', { name: 'Allowed addresses' }).fill('198.51.100.7')
      else await page.getByRole('checkbox', { name: /^auditor/ }).check()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Somebody else changed this key meanwhile').waitFor()
      expect(await now()).toMatchObject({
        grants: { scopes: ['members.invite'], roles: [] },
        ipAllowList: ['192.0.2.0/24'],
      })
    },
  )

  it('A6: edits the boards of a key, each with its level, and the same token has them from then on (A3)', async () => {
    const { page, now, token } = await openKey('boards', {
      scopes: [],
      resources: { board: { mode: 'specific', levels: { b1: 'edit', b2: 'read' } } },
    })
    const levels = async () => {
      const verdict = await product().keyring.verify(token)
      const { principal } = verdict.ok ? verdict : expect.unreachable()
      return Promise.all(['b1', 'b2', 'b3'].map((id) => principal.levelOn('board', id)))
    }
    expect(await levels()).toEqual(['edit', 'read', null])
    await page.getByRole('button', { name: 'Manage boards' }).click()
    await page.getByRole('button', { name: 'Remove Support' }).click()
    await page.getByRole('combobox', { name: 'Level for Roadmap' }).selectOption('read')
    await page.getByRole('searchbox', { name: 'Find a board to add' }).fill('web')
    await page.getByRole('button', { name: 'Website' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await said(page, 'Saved.')
    expect((await now())?.grants.resources).toEqual({ board: { mode: 'specific', levels: { b1: 'read', b3: 'edit' } } })
    expect(await levels()).toEqual(['read', null, 'edit'])
  })

  it('A6: has no boards to edit in a key for all boards', async () => {
    const { page } = await openKey('all boards', {
      scopes: [],
      resources: { board: { mode: 'all', level: 'edit' } },
    })
    await page.getByText('All boards, also those to come: edit').waitFor()
    expect(await page.getByRole('button', { name: 'Manage boards' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Edit permissions' }).click()
    await page.getByRole('radio', { name: 'All boards' }).waitFor()
    expect(await page.getByRole('combobox', { name: /^Level for/ }).count()).toBe(0)
    expect(await page.getByRole('searchbox', { name: 'Find a board to add' }).count()).toBe(0)
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

  it('K5: disables a key, which then refuses every request, and takes that back by "Undo"', async () => {
    const { page, token, now } = await openKey('toggled')
    const { use } = product()
    expect(await use(token)).toBe('200 ada')
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await said(page, 'is disabled')
    expect(await use(token)).toBe('401 api_key_disabled')
    await page.getByRole('button', { name: 'Undo' }).click()
    await said(page, 'works again')
    expect(await use(token)).toBe('200 ada')
    // What was undone is not offered to be undone again.
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0)
    expect((await now())?.status).toBe('active')
  })

  it('O5: disables and enables a key from its row, each from the next request on, with the same token', async () => {
    const { page, token, id } = await openKey('from its row')
    const { use } = product()
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    for (const [action, words, answer] of [
      ['Disable', 'is disabled', '401 api_key_disabled'],
      ['Enable', 'works again', '200 ada'],
    ] as const) {
      await page.getByRole('button', { name: 'Actions for from its row' }).click()
      await page.getByRole('menuitem', { name: action, exact: true }).click()
      await said(page, words)
      expect(await use(token)).toBe(answer)
    }
    const { records } = await product().keyring.audit.list({ organizationId, keyId: id })
    expect(records.map(({ type }) => type)).not.toContain('api_key.rotated')
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

  it('turns the key once if the first answer of a rotation was lost', async () => {
    const { page, token, id } = await openKey('turned once')
    const sent: (string | undefined)[] = []
    await page.route(`**/${id}/rotate`, async (route) => {
      sent.push(route.request().headers()['idempotency-key'])
      if (sent.length > 1) return route.continue()
      await route.fetch()
      await route.abort()
    })
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Rotate', exact: true })
    await dialog.getByRole('button', { name: 'Rotate' }).click()
    await page.getByText('The server did not answer').waitFor()
    await dialog.getByRole('button', { name: 'Try again' }).click()
    const next =
      (await page.getByRole('region', { name: 'Token of turned once' }).getByRole('code').textContent()) ?? ''
    expect([await product().use(next), await product().use(token)]).toEqual(['200 ada', '200 ada'])
    expect([sent.length, new Set(sent).size]).toEqual([2, 1])
    const { records } = await product().keyring.audit.list({ organizationId, keyId: id, type: 'api_key.rotated' })
    expect(records).toHaveLength(1)
  })

  it('A7: shows a token again where the product keeps it, and says that this is recorded', async () => {
    const { page, token, id } = await openKey('revealed')
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Actions for revealed' }).click()
    await page.getByRole('menuitem', { name: 'Show token' }).click()
    const shown = await page.getByRole('region', { name: 'Token of revealed' }).getByRole('code').textContent()
    expect(shown).toBe(token)
    expect(await product().use(shown ?? '')).toBe('200 ada')
    await page.getByText('This was recorded in the audit log.').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => page.getByText(token).count()).toBe(0)
    const { records } = await product().keyring.audit.list({ organizationId, keyId: id, type: 'api_key.revealed' })
    expect(records).toMatchObject([{ actor: { type: 'user', id: 'ada' } }])
  })

  /** Fills in what is not the name, by buttons and by the keyboard, and finds that nothing is done. */
  const refusesOtherNames = async (dialog: Locator, name: string, button: string): Promise<void> => {
    const field = dialog.getByRole('textbox', { name: /^Type/ })
    const confirm = dialog.getByRole('button', { name: button })
    for (const wrong of ['', name.slice(0, -1), `${name}s`, name.toUpperCase()]) {
      await field.fill(wrong)
      expect(await confirm.isDisabled()).toBe(true)
      await field.press('Enter')
    }
  }

  it('A9: revokes a key only when its name is typed, and keeps it in a collapsed section (L8, T8)', async () => {
    const { page, token, now } = await openKey('revoke me')
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Revoke “revoke me”?' })
    await refusesOtherNames(dialog, 'revoke me', 'Revoke')
    expect(await product().use(token)).toBe('200 ada')
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('lost laptop')
    await dialog.getByRole('textbox', { name: /^Type/ }).fill('revoke me')
    await dialog.getByRole('button', { name: 'Revoke' }).click()
    await said(page, '“revoke me” is revoked.')
    expect(await product().use(token)).toBe('401 api_key_revoked')
    expect(await now()).toMatchObject({ status: 'revoked', revokedReason: 'lost laptop' })
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    expect(await page.getByRole('row', { name: /revoke me/ }).count()).toBe(0)
    await page.getByText(/^Revoked keys \(\d+\)$/).click()
    await page
      .getByRole('table', { name: 'Revoked' })
      .getByRole('row', { name: /revoke me/ })
      .waitFor()
  })

  it('K6: deletes a key for good only when its name is typed, and tools lose access at once', async () => {
    const { page, token, id, now } = await openKey('delete me')
    await page.getByRole('button', { name: 'Delete permanently' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete “delete me” permanently?' })
    await refusesOtherNames(dialog, 'delete me', 'Delete permanently')
    expect(await product().use(token)).toBe('200 ada')
    await dialog.getByRole('textbox', { name: /^Type/ }).fill('delete me')
    await dialog.getByRole('button', { name: 'Delete permanently' }).click()
    await said(page, '“delete me” is deleted.')
    expect(await product().use(token)).toBe('401 api_key_invalid')
    expect(await now()).toBeNull()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await expect(product().keyring.enable(id)).rejects.toMatchObject({ code: 'key_not_found' })
    await page.goto(`${product().origin}/settings/api-keys#/keys/${id}`)
    await page.reload()
    await page.getByText('This key does not exist, or you may not see it.').waitFor()
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

  it('offers nothing that the caller may not do, and the API refuses it all the same', async () => {
    const { key, token } = await product().keyring.create({ name: 'not theirs', owner: { ...ada, id: 'vic' } })
    const { page } = await open('vic')
    await page.getByRole('button', { name: 'Actions for not theirs' }).click()
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Details'])
    expect(await page.getByRole('link', { name: 'Create key' }).count()).toBe(0)
    expect(await page.getByRole('checkbox').count()).toBe(0)
    const all = ['POST ', `PATCH /${key.id}`, `DELETE /${key.id}`]
    const verbs = ['enable', 'disable', 'rotate', 'revoke', 'reveal'].map((verb) => `POST /${key.id}/${verb}`)
    expect(await askedOf(page, [...all, ...verbs])).toEqual(Array(8).fill('403 not_permitted'))
    expect(await product().use(token.reveal())).toBe('200 vic')

    const { page: other } = await open('nobody', '#/new')
    await other.getByText('You may not see API keys').waitFor()
    expect(await other.getByRole('dialog').count()).toBe(0)
    expect(await askedOf(other, ['GET ', 'POST '])).toEqual(Array(2).fill('403 not_permitted'))
  })

  it('tells somebody who is signed out so', async () => {
    const { page } = await open('stranger')
    await page.getByText('You are signed out').waitFor()
  })
})

describeInBrowserFully('a product in which the permission for its settings manages keys', () => {
  const settings = 'policies.edit'
  const { product, open } = inBrowser({
    api: { permissions: { read: settings, create: settings, revoke: settings, manageAll: settings } },
    keyring: { manageScope: settings },
  })

  it('O8: lets those who have it manage keys, and nobody else', async () => {
    const { page } = await open('ada', '#/new')
    await page.getByRole('textbox', { name: 'Name' }).fill('by ada')
    await page.getByRole('radio', { name: 'The organisation' }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    const shown = page.getByRole('region', { name: 'Token of by ada' }).getByRole('code')
    const token = (await shown.textContent()) ?? ''
    expect(await product().use(token)).toBe(`200 ${organizationId}`)

    const { keys } = await product().keyring.list({ organizationId })
    const id = keys[0]?.id ?? ''
    const { page: other } = await open('mia', `#/keys/${id}`)
    await other.getByText('You may not see API keys').waitFor()
    expect(await other.getByRole('dialog').count()).toBe(0)
    const requests = ['GET ', 'POST ', `GET /${id}`, `POST /${id}/disable`, `POST /${id}/rotate`, `DELETE /${id}`]
    expect(await askedOf(other, requests)).toEqual(Array(6).fill('403 not_permitted'))
    expect(await product().use(token)).toBe(`200 ${organizationId}`)
  })
})
