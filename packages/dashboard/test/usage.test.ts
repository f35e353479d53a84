import { expect, it } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

describeInBrowserFully('the tab of usage', () => {
  const { product, open } = inBrowser()

  const makeKey = (name: string, id: string) =>
    product().keyring.create({ owner: { type: 'user', id, organizationId }, name, scopes: ['members.read'] })
  const use = async (token: string, times: number): Promise<void> => {
    for (let count = 0; count < times; count++) await product().keyring.verify(token)
  }

  it('says what to expect where nothing was called', async () => {
    const { page, faults } = await open('mia', '#/usage')
    await page.getByText('No calls in this time').waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(faults).toEqual([])
  })

  it('shows calls and refusals of all keys and of one, as a chart and as tables', async () => {
    const { keyring } = product()
    const [busy, quiet] = await Promise.all([makeKey('Busy bot', 'mia'), makeKey('Quiet bot', 'ada')])
    await use(busy.token.reveal(), 30)
    await use(quiet.token.reveal(), 10)
    await keyring.disable(quiet.key.id)
    await use(quiet.token.reveal(), 4)

    const { page, faults } = await open('ada', '#/usage')
    await page.getByRole('img', { name: /^40 calls and 4 refused/ }).waitFor()
    const top = page.getByRole('table', { name: 'Keys with the most calls' })
    expect(await top.getByRole('row').nth(1).textContent()).toMatch(/Busy bot.*30.*75\s?%/)
    const refusals = page.getByRole('table', { name: 'Why requests were refused' })
    expect(await refusals.getByRole('row').nth(1).textContent()).toBe('The key is disabled4')
    await page.getByText('Show as a table').click()
    // The hour may have ended meanwhile.
    const rows = await page.getByRole('table', { name: 'Usage' }).getByRole('row').all()
    const cells = await Promise.all(rows.slice(1).map((row) => row.getByRole('cell').allTextContents()))
    expect(cells.reduce((sum, [, calls]) => sum + Number(calls), 0)).toBe(40)
    expect(cells.reduce((sum, [, , refused]) => sum + Number(refused), 0)).toBe(4)
    expect(await axeFindings(page)).toEqual([])

    for (const range of ['Last 7 days', 'Last 30 days', 'Last 90 days']) {
      await page.getByLabel('Time').selectOption(range)
      await page.getByText('Busiest day').waitFor()
      await page.getByRole('img', { name: /^40 calls and 4 refused/ }).waitFor()
    }
    await page.getByRole('button', { name: 'Key: All keys' }).click()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: /^Quiet bot/ }).click()
    await page.getByRole('img', { name: /^10 calls and 4 refused/ }).waitFor()
    await page.getByRole('button', { name: 'Remove Quiet bot' }).click()
    await page.getByRole('img', { name: /^40 calls/ }).waitFor()
    expect(faults).toEqual([])
  })

  it('adds up the own keys for those who may not see all', async () => {
    const { page, faults } = await open('mia', '#/usage')
    await page.getByRole('img', { name: /^30 calls and 0 refused/ }).waitFor()
    expect(await page.getByText('Quiet bot').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('shows refusals of an own key that has no calls', async () => {
    const { keyring } = product()
    const { key, token } = await makeKey('Stuck bot', 'vic')
    await keyring.disable(key.id)
    await use(token.reveal(), 3)
    const { page, faults } = await open('vic', '#/usage')
    await page.getByRole('img', { name: /^0 calls and 3 refused/ }).waitFor()
    expect(await page.getByRole('table', { name: 'Keys with the most calls' }).count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('tells what part of all calls a key has, and not of those that are shown', async () => {
    const bots = await Promise.all(Array.from({ length: 10 }, (_, at) => makeKey(`Bot ${at}`, 'max')))
    for (const { token } of bots) await use(token.reveal(), 5)
    // More than the API names as those with the most calls.
    const small = await Promise.all(Array.from({ length: 100 }, (_, at) => makeKey(`Small ${at}`, 'max')))
    await Promise.all(small.map(({ token }) => use(token.reveal(), 1)))
    const { page } = await open('max', '#/usage')
    await page.getByRole('img', { name: /^150 calls/ }).waitFor()
    const top = page.getByRole('table', { name: 'Keys with the most calls' }).getByRole('row')
    expect(await top.count()).toBe(11)
    expect(await top.nth(1).textContent()).toMatch(/Bot.*5.*3\s?%/)
  })

  it('offers to try again where the server does not answer', async () => {
    const { page, context } = await open('ada', '#/keys')
    await context.route('**/usage/top*', (route) => route.fulfill({ status: 503, body: '' }))
    await page.getByRole('link', { name: 'Usage' }).click()
    await page.getByRole('alert').waitFor()
    await context.unroute('**/usage/top*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('img', { name: /^190 calls/ }).waitFor()
  })
})
