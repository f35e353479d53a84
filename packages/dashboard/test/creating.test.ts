import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

describeInBrowserFully('creating a key', () => {
  const { product, open } = inBrowser({
    page: {
      exampleUrl: 'https://api.acme.example/boards',
      mcp: {
        url: 'https://api.acme.example/mcp',
        clients: (token) => [
          {
            client: 'cursor',
            title: 'Cursor',
            files: [{ path: '.cursor/mcp.json', text: JSON.stringify({ key: token?.reveal() ?? '$KEY' }) }],
            notes: ['Restart Cursor.'],
            warnings: [],
          },
        ],
      },
    },
  })

  const start = async (login = 'ada', at = '#/new') => {
    const visit = await open(login, at)
    await visit.page.getByRole('dialog', { name: 'Create an API key' }).waitFor()
    return visit
  }
  const submit = (page: Page): Promise<void> => page.getByRole('button', { name: 'Create key' }).click()
  const name = (page: Page) => page.getByRole('textbox', { name: 'Name' })
  const tokenOf = (page: Page, of: string) => page.getByRole('region', { name: `Token of ${of}` }).getByRole('code')

  /** The newest key of this name, as the keyring has it. */
  async function made(of: string) {
    const { keys } = await product().keyring.list({ organizationId, search: of })
    return keys[0]
  }

  it('gives a key all that its owner may do, now and later (T2, A2)', async () => {
    const { page } = await start()
    await name(page).fill('everything')
    await page.getByRole('radio', { name: 'All that I may do' }).check()
    await submit(page)
    await tokenOf(page, 'everything').waitFor()
    expect((await made('everything'))?.grants).toMatchObject({
      scopes: ['*'],
      resources: { board: { mode: 'all', level: 'edit' } },
    })
  })

  it('gives a key what only looks, on the lowest level of each resource', async () => {
    const { page } = await start()
    await name(page).fill('looking')
    await page.getByRole('radio', { name: 'Read only' }).check()
    await submit(page)
    await tokenOf(page, 'looking').waitFor()
    const { scopes, resources } = (await made('looking'))?.grants ?? {}
    expect(scopes?.every((scope) => scope.endsWith('.read'))).toBe(true)
    expect(resources).toEqual({ board: { mode: 'all', level: 'read' } })
  })

  it('K2: makes a key of a preset, which the key remembers, or of a custom set', async () => {
    const { page } = await start()
    await name(page).fill('preset')
    await page.getByRole('radio', { name: /^Choose/ }).check()
    await page.getByRole('button', { name: 'people' }).click()
    await submit(page)
    const token = (await tokenOf(page, 'preset').textContent()) ?? ''
    const scopes = new Set(['members.read', 'members.invite'])
    const verdict = await product().keyring.verify(token)
    expect(verdict.ok && new Set(verdict.principal.scopes)).toEqual(scopes)
    const key = await made('preset')
    expect(key?.preset).toBe('people')
    const { page: opened } = await open('ada', `#/keys/${key?.id}`)
    await opened.getByText('From the preset “people”').waitFor()

    const { page: other } = await start()
    await name(other).fill('changed')
    await other.getByRole('radio', { name: /^Choose/ }).check()
    await other.getByRole('button', { name: 'people' }).click()
    await other.getByRole('checkbox', { name: /^Invite members/ }).uncheck()
    await submit(other)
    await tokenOf(other, 'changed').waitFor()
    expect(await made('changed')).toMatchObject({ preset: null, grants: { scopes: ['members.read'] } })
  })

  it('K4: puts the environment into the token, which the other environment refuses', async () => {
    const inTest = product().deployedAs('test')
    const tokens: string[] = []
    for (const environment of ['live', 'test']) {
      const { page } = await start()
      await name(page).fill(`of ${environment}`)
      await page.getByRole('dialog').getByRole('combobox', { name: 'Environment' }).selectOption(environment)
      await submit(page)
      tokens.push((await tokenOf(page, `of ${environment}`).textContent()) ?? '')
    }
    const [live = '', test = ''] = tokens
    expect([live, test]).toEqual([expect.stringMatching(/^ak_live_/), expect.stringMatching(/^ak_test_/)])
    expect([await product().use(live), await product().use(test)]).toEqual(['200 ada', '401 api_key_invalid'])
    const refused = { ok: false, refusal: { code: 'api_key_invalid', reason: 'prefix' } }
    expect(await inTest.verify(live)).toMatchObject(refused)
    expect(await inTest.verify(test)).toMatchObject({ ok: true })
  })

  it('finds permissions, selects a group, and marks what is sensitive (K1, L1)', async () => {
    const { page } = await start()
    await name(page).fill('group')
    await page.getByRole('radio', { name: /^Choose/ }).check()
    await page.getByRole('searchbox', { name: 'Search permissions' }).fill('policies')
    await expect.poll(() => page.getByRole('checkbox', { name: /^View members/ }).count()).toBe(0)
    await page.getByRole('checkbox', { name: 'Select all of Policies' }).check()
    await page.getByRole('searchbox', { name: 'Search permissions' }).fill('')
    expect(await page.getByRole('group', { name: 'Billing' }).textContent()).toContain('Sensitive')
    await submit(page)
    await tokenOf(page, 'group').waitFor()
    expect(new Set((await made('group'))?.grants.scopes)).toEqual(new Set(['policies.read', 'policies.edit']))
  })

  it('gives roles to a key of the organisation, in an environment (O1, O2)', async () => {
    const { page } = await start()
    await name(page).fill('machine')
    await page.getByRole('radio', { name: 'The organisation' }).check()
    expect(await page.getByRole('radio', { name: 'All that I may do' }).count()).toBe(0)
    await page.getByRole('dialog').getByRole('combobox', { name: 'Environment' }).selectOption('test')
    await page.getByRole('radio', { name: /^Choose/ }).check()
    await page.getByRole('checkbox', { name: /^planner/ }).check()
    await submit(page)
    expect(await tokenOf(page, 'machine').textContent()).toMatch(/^ak_test_/)
    expect(await made('machine')).toMatchObject({
      owner: { type: 'organization' },
      grants: { roles: ['planner'], scopes: [] },
    })
  })

  it('gives a member a key for specific boards, each with its level (A1, A3, A4)', async () => {
    const { page } = await start('mia')
    await name(page).fill('boards')
    await page.getByRole('radio', { name: /^Choose/ }).check()
    expect(await page.getByRole('checkbox', { name: /^Edit policies/ }).isDisabled()).toBe(true)
    await page.getByRole('radio', { name: 'Specific boards' }).check()
    await page.getByRole('button', { name: 'Roadmap' }).click()
    await page.getByRole('button', { name: 'Hiring' }).click()
    await page.getByRole('combobox', { name: 'Level for Hiring' }).selectOption('read')
    await submit(page)
    await tokenOf(page, 'boards').waitFor()
    expect((await made('boards'))?.grants.resources).toEqual({
      board: { mode: 'specific', levels: { b1: 'edit', b4: 'read' } },
    })
  })

  it('sets the end, the addresses and the rate limit (A8)', async () => {
    const { page } = await start()
    await name(page).fill('limited')
    await page.getByRole('combobox', { name: 'Expires' }).selectOption('In 30 days')
    await page.getByText(/^It stops working on /).waitFor()
    await page.getByText('Addresses and limits').click()
    await page.getByRole('textbox', { name: 'Allowed addresses' }).fill('192.0.2.0/24')
    await page.getByRole('spinbutton', { name: 'Requests' }).fill('10')
    await page.getByRole('combobox', { name: 'per' }).selectOption('hour')
    await submit(page)
    await tokenOf(page, 'limited').waitFor()
    const key = await made('limited')
    expect(key).toMatchObject({ ipAllowList: ['192.0.2.0/24'], rateLimits: [{ limit: 10, windowMs: 3_600_000 }] })
    expect(Math.round(((key?.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(30)
  })

  it('shows what is wrong beside its field, and keeps what was typed', async () => {
    const { page } = await start()
    await submit(page)
    await page.getByText('Give the key a name.').waitFor()
    await name(page).fill('kept')
    await page.getByText('Addresses and limits').click()
    await page.getByRole('textbox', { name: 'Allowed addresses' }).fill('not an address')
    await submit(page)
    const field = page.getByRole('textbox', { name: 'Allowed addresses' })
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
    expect(await name(page).inputValue()).toBe('kept')
    expect(await made('kept')).toBeUndefined()
  })

  it('makes one key if the first answer was lost', async () => {
    const { page } = await start()
    await name(page).fill('once')
    const sent: (string | undefined)[] = []
    await page.route('**/api/api-keys', async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      sent.push(route.request().headers()['idempotency-key'])
      if (sent.length > 1) return route.continue()
      await route.fetch()
      await route.abort()
    })
    await submit(page)
    await page.getByText('The server did not answer').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    // The keyring seals tokens, so the same request shows the same token.
    expect(await product().use((await tokenOf(page, 'once').textContent()) ?? '')).toBe('200 ada')
    expect([sent.length, new Set(sent).size]).toEqual([2, 1])
    expect((await product().keyring.list({ organizationId, search: 'once' })).keys).toHaveLength(1)
  })

  it('sends another request, and not the same one, once the form was changed', async () => {
    const { page } = await start()
    await name(page).fill('second thoughts')
    const sent: (string | undefined)[] = []
    await page.route('**/api/api-keys', async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      sent.push(route.request().headers()['idempotency-key'])
      return sent.length > 1 ? route.continue() : route.abort()
    })
    await submit(page)
    await page.getByText('The server did not answer').waitFor()
    await name(page).fill('third thoughts')
    await submit(page)
    await tokenOf(page, 'third thoughts').waitFor()
    expect(new Set(sent).size).toBe(2)
  })

  it('makes one key if its button is clicked twice', async () => {
    const { page } = await start()
    await name(page).fill('twice')
    let sent = 0
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/api-keys')) sent += 1
    })
    // Within one turn, so that the page has not shown yet that it is at work.
    await page.getByRole('button', { name: 'Create key' }).evaluate((button: HTMLElement) => {
      button.click()
      button.click()
    })
    await tokenOf(page, 'twice').waitFor()
    expect(sent).toBe(1)
    expect((await product().keyring.list({ organizationId, search: 'twice' })).keys).toHaveLength(1)
  })

  it('waits as long as the API asks for before it tries again', async () => {
    const { page } = await start()
    await name(page).fill('busy')
    await page.route('**/api/api-keys', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 429,
            headers: { 'Retry-After': '2' },
            contentType: 'application/problem+json',
            body: JSON.stringify({ status: 429, code: 'rate_limited', detail: 'Too many requests.', request_id: 'r1' }),
          })
        : route.continue(),
    )
    await submit(page)
    await page.getByText('Too many requests.').waitFor()
    expect(await page.getByRole('button', { name: /^You can try again in/ }).isDisabled()).toBe(true)
    await page.unroute('**/api/api-keys')
    await page.getByRole('button', { name: 'Try again' }).click()
    await tokenOf(page, 'busy').waitFor()
  })

  it('is filled in by a link, which creates nothing by itself', async () => {
    const { page } = await start('ada', '?new&name=From%20the%20docs&scopes=members.read,no.such&roles=planner')
    await page.getByText('A link filled in this form').waitFor()
    expect(await name(page).inputValue()).toBe('From the docs')
    expect(await page.getByRole('checkbox', { name: /^View members/ }).isChecked()).toBe(true)
    expect(await made('docs')).toBeUndefined()
    await submit(page)
    await tokenOf(page, 'From the docs').waitFor()
    expect((await made('docs'))?.grants).toMatchObject({ scopes: ['members.read'], roles: ['planner'] })
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'Done' }).click()
    // A reload is not to open the form again.
    expect(new URL(page.url()).search).toBe('')
  })

  it('gives the token as a line of .env, as curl, and within the configuration of each client (O10, L7)', async () => {
    const { page } = await start()
    await name(page).fill('uses')
    await submit(page)
    const token = await tokenOf(page, 'uses').textContent()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download .env' }).click(),
    ])
    const stream = await file.createReadStream()
    expect(Buffer.concat(await stream.toArray()).toString()).toBe(`ACME_BOARDS_API_KEY=${token}\n`)
    const use = page.getByRole('combobox', { name: 'Use it' })
    await use.selectOption('curl')
    await page.getByText(`curl -H 'Authorization: Bearer ${token}' 'https://api.acme.example/boards'`).waitFor()
    await use.selectOption('Cursor')
    await page.getByText(JSON.stringify({ key: token })).waitFor()
    await page.getByText('Restart Cursor.').waitFor()
  })

  it('selects the token where the page may not copy', async () => {
    const { page } = await start()
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))
    })
    await name(page).fill('uncopied')
    await submit(page)
    await tokenOf(page, 'uncopied').waitFor()
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByText('Selected. Press').waitFor()
    expect(await page.evaluate(() => String(getSelection()))).toBe(await tokenOf(page, 'uncopied').textContent())
  })
})

describeInBrowserFully('a plan with few keys', () => {
  const { product, open } = inBrowser({ keyring: { plans: { free: { maxKeys: 2 } }, resolvePlan: () => 'free' } })

  it('says what it leaves before the form is filled in, and stops when nothing is left (K9)', async () => {
    const owner = { type: 'user', id: 'ada', organizationId } as const
    await product().keyring.create({ name: 'first', owner })
    const { page } = await open('ada', '#/new')
    await page.getByText('1 of the 2 keys of your plan are in use.').waitFor()
    await product().keyring.create({ name: 'second', owner })
    await page.reload()
    await page.getByText('Your plan has 2 keys, and all are in use.').waitFor()
    expect(await page.getByRole('button', { name: 'Create key' }).isDisabled()).toBe(true)
  })
})
