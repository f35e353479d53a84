import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Locator, Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { axeFindings } from './axe.js'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

interface Receiver {
  readonly url: string
  readonly got: string[]
  answer: { status: number; text: string }
}

/** A server on this machine that keeps the types of what it is sent. */
async function openReceiver(): Promise<Receiver> {
  const got: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    got.push(JSON.parse(Buffer.concat(chunks).toString()).type)
    response.writeHead(made.answer.status).end(made.answer.text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  const made: Receiver = { url: `http://127.0.0.1:${port}/hook`, got, answer: { status: 200, text: 'thank you' } }
  return made
}

describeInBrowserFully('the tab of webhooks', () => {
  const { product, open } = inBrowser()
  const makeKey = async (name: string, login = 'max') => {
    const { key } = await product().keyring.create({
      owner: { type: 'user', id: login, organizationId },
      name,
      scopes: ['members.read'],
    })
    return key.id
  }
  const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true })
  const said = (page: Page, text: string | RegExp) =>
    page.getByRole('status').filter({ hasText: text }).first().waitFor()

  it('adds a webhook to a key that is found by its name, and shows the secret once (UI-2)', async () => {
    await makeKey('Other key')
    const id = await makeKey('Fills the cache')
    const { page, faults } = await open('max', '#/webhooks')
    await page.getByRole('searchbox').fill('cache')
    await button(page, 'Fills the cache')
      .or(page.getByRole('button', { name: /^Fills the cache/ }))
      .click()
    expect(await axeFindings(page)).toEqual([])
    await button(page, 'Add webhook').click()
    const form = page.getByRole('dialog', { name: 'Add a webhook' })
    await button(form, 'Add webhook').click()
    await form.getByText('Say where events are to go.').waitFor()
    await form.getByLabel('URL').fill('http://10.0.0.1/hook')
    await button(form, 'Add webhook').click()
    await form.getByRole('alert').first().waitFor()
    await form.getByLabel('URL').fill('https://example.com/hook')
    await form.getByLabel('Description').fill('Cache of members')
    await form.getByRole('radio', { name: /^Choose/ }).check()
    await form.getByRole('checkbox', { name: /member\.joined/ }).check()
    expect(await axeFindings(page)).toEqual([])
    await button(form, 'Add webhook').click()

    const secret = await page
      .getByRole('region', { name: /Signing secret/ })
      .getByRole('code')
      .textContent()
    expect(secret).toMatch(/^whsec_/)
    expect(await axeFindings(page)).toEqual([])
    await button(page, 'Done').click()
    await page.getByRole('dialog', { name: 'Have you saved the secret?' }).waitFor()
    await button(page, 'Go back').click()
    await button(page, 'Copy').click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
    await button(page, 'Done').click()
    await page.getByRole('link', { name: 'https://example.com/hook' }).waitFor()
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]))
    expect((await page.content()) + kept).not.toContain(secret)
    await page.reload()
    await page.getByText('Cache of members').waitFor()
    expect(await page.getByText('whsec_').count()).toBe(0)
    const { endpoints } = await product().hooks.list({ keyId: id })
    expect(endpoints).toMatchObject([{ types: ['member.joined'], description: 'Cache of members' }])
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([])
  })

  it('sends a test event and shows the answer, and what was delivered, failed and was sent again', async () => {
    const receiver = await openReceiver()
    const id = await makeKey('Tested')
    const { endpoint } = await product().hooks.create({ keyId: id, url: receiver.url })
    const { page, faults } = await open('max', `#/webhooks/${id}/${endpoint.id}`)
    const sheet = page.getByRole('dialog', { name: 'Webhook' })
    await button(sheet, 'Send test event').click()
    await sheet.getByText('The receiver took the test event.').waitFor()
    await sheet.getByRole('status').getByText('thank you').waitFor()
    expect(receiver.got).toEqual(['webhook.test'])

    const publish = async (): Promise<void> => {
      await product().hooks.publish({ type: 'member.joined', organizationId, data: { id: 'zoe' } })
      await product().hooks.run()
      await button(sheet, 'Refresh').click()
    }
    await publish()
    const delivered = sheet.getByRole('listitem').filter({ hasText: 'member.joined' })
    await delivered.getByText('member.joined').first().click()
    await delivered.getByText('Answered 200').waitFor()
    await button(delivered, 'Send again').click()
    await said(page, '1 event will be sent again.')
    await product().hooks.run()
    expect(receiver.got).toEqual(['webhook.test', 'member.joined', 'member.joined'])

    receiver.answer = { status: 503, text: 'out of order' }
    await publish()
    await sheet.getByLabel('Status of deliveries').selectOption('Waiting')
    const waiting = sheet.getByRole('listitem').filter({ hasText: 'Waiting' })
    await waiting.getByText('member.joined').first().click()
    await waiting.getByText('Answered 503').waitFor()
    await waiting.getByText('out of order').waitFor()
    expect(await button(waiting, 'Send again').count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    await sheet.getByLabel('Status of deliveries').selectOption('Failed')
    await sheet.getByText('No delivery has this status.').waitFor()
    expect(faults).toEqual([])
  })

  it('pauses, resumes, edits and replays, gives a new secret, and deletes', async () => {
    const id = await makeKey('Managed')
    const { endpoint } = await product().hooks.create({ keyId: id, url: 'https://example.com/hook' })
    const now = () => product().hooks.get(endpoint.id)
    const { page, faults } = await open('max', `#/webhooks/${id}`)
    await page.getByRole('link', { name: 'https://example.com/hook' }).click()
    const sheet = page.getByRole('dialog', { name: 'Webhook', exact: true })
    await button(sheet, 'Pause').click()
    await sheet.getByText(/^Paused$/).waitFor()
    expect(await now()).toMatchObject({ status: 'paused' })
    await product().hooks.publish({ type: 'member.joined', organizationId, data: { id: 'zoe' } })
    await button(sheet, 'Resume').click()
    await sheet.getByText(/^Active$/).waitFor()

    await button(sheet, 'Edit').click()
    const form = page.getByRole('dialog', { name: 'Edit the webhook' })
    await form.getByLabel('URL').fill('https://example.com/second')
    await button(form, 'Save').click()
    await sheet.getByText('https://example.com/second').waitFor()

    await button(sheet, 'Replay a time').click()
    const replay = page.getByRole('dialog', { name: 'Replay a time' })
    await replay.getByLabel('From').fill('2020-01-02')
    await replay.getByLabel('To').fill('2020-01-01')
    await button(replay, 'Send again').click()
    await replay.getByText('Choose two days').waitFor()
    await replay.getByLabel('To').fill('2020-01-03')
    await button(replay, 'Send again').click()
    await said(page, 'There is nothing to send again.')

    await button(sheet, 'Rotate secret').click()
    const rotate = page.getByRole('dialog', { name: 'Rotate secret' })
    await rotate.getByLabel('The previous secret signs').selectOption('for another hour')
    await button(rotate, 'Rotate secret').click()
    await page.getByRole('region', { name: /Signing secret/ }).waitFor()
    await button(page, 'Copy').click()
    await button(page, 'Done').click()
    await sheet.getByText(/The previous secret signs as well until/).waitFor()

    await button(sheet, 'Delete').click()
    await button(page.getByRole('dialog', { name: 'Delete this webhook?' }), 'Delete').click()
    await page.getByText('No webhook yet').waitFor()
    expect(await product().hooks.list({ keyId: id })).toMatchObject({ endpoints: [] })
    expect(faults).toEqual([])
  })

  it('is hidden from those who may not see webhooks', async () => {
    const { page } = await open('mia', '#/webhooks')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    expect(await page.getByRole('link', { name: 'Webhooks' }).count()).toBe(0)
  })

  it('says how to go on where a webhook, a key or the server is not there', async () => {
    const id = await makeKey('Lonely')
    const { page, context } = await open('max', `#/webhooks/${id}/we_000000000000000000000000`)
    await page.getByText('This webhook does not exist, or you may not see it.').waitFor()
    await page.goto(`${product().origin}/settings/api-keys#/webhooks/${'A'.repeat(12)}`)
    await page.getByText('This key does not exist, or you may not see it.').waitFor()
    await context.route('**/webhooks?*', (route) => route.abort())
    await page.goto(`${product().origin}/settings/api-keys#/webhooks/${id}`)
    await page.getByText('The server did not answer.').waitFor()
    await context.unroute('**/webhooks?*')
    await button(page, 'Try again').click()
    await page.getByText('No webhook yet').waitFor()
  })
})
