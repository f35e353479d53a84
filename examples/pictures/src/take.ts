// Takes the pictures of `examples/README.md`: the settings page of each product, into `docs/pictures`.
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attempt } from '@keywright/example-host-stub'
import { chromium, type Page } from 'playwright-core'
import { start as startBoards } from '../../board-keys/src/start.js'
import { start as startConsole } from '../../organization-keys/src/start.js'
import { start as startPlanner } from '../../personal-keys/src/start.js'
import { start as startTracker } from '../../project-keys/src/start.js'
import { start as startPlans } from '../../role-keys/src/start.js'

interface Picture {
  readonly origin: string
  readonly attempts: readonly Attempt[]
  close(): Promise<void>
}

const folder = process.argv[2] ?? join(import.meta.dirname, '../../../docs/pictures')
const maxBytes = 80_000
await mkdir(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
})

/** Sends what the example says to try, so that its keys have been used, and takes a picture of what `open` comes to. */
async function take(
  name: string,
  height: number,
  { origin, attempts, close }: Picture,
  open: (page: Page) => Promise<void>,
): Promise<void> {
  for (const [, , request, token, json] of attempts) {
    const [method = '', path = ''] = request.split(' ')
    const headers = {
      Authorization: `Bearer ${token.reveal()}`,
      Accept: 'application/json, text/event-stream',
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    }
    await fetch(origin + path, { method, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) })
  }
  const viewport = { width: 1000, height }
  const context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce', viewport })
  const page = await context.newPage()
  await page.goto(origin)
  await page.getByRole('link', { name: 'Create key' }).first().waitFor()
  await open(page)
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path })
  await context.close()
  await close()
  const { size } = await stat(path)
  console.log(`${name}: ${size} bytes`)
  if (size <= maxBytes) return
  console.error(`${path} has more than ${maxBytes} bytes. Make the picture smaller.`)
  process.exitCode = 1
}

async function showCreateForm(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Create key' }).first().click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Claude on my laptop')
}

await take('personal-keys', 600, await startPlanner(0), showCreateForm)
await take('organization-keys', 600, await startConsole(0), async (page) => {
  await showCreateForm(page)
  await page.getByRole('radio', { name: 'The organisation' }).check()
  await page.getByRole('radio', { name: /^Choose/ }).check()
  await page.getByRole('button', { name: 'workspace' }).click()
  await page.getByText('What may it do?').evaluate((heading) => heading.scrollIntoView())
})
await take('role-keys', 600, await startPlans(0, 0), async (page) => {
  await page.getByText('claude-desktop-jane').first().waitFor()
  // As text: this is compiled without the names of browsers.
  await page.evaluate('window.scrollTo(0, 160)')
})
await take('board-keys', 560, await startBoards(0), async (page) => {
  await page.getByRole('link', { name: 'CI pipeline' }).first().click()
  await page.getByText('Roadmap').last().waitFor()
  await page.getByRole('heading', { name: 'Addresses and rate limit' }).evaluate((heading) => heading.scrollIntoView())
})
await take('project-keys', 800, await startTracker(0), async (page) => {
  await page.goto(`${page.url().split('#')[0]}#/mcp`)
  await page.getByText('Reachable, and asks for a key').waitFor()
  await page.getByRole('heading', { name: 'MCP connection' }).evaluate((heading) => heading.scrollIntoView())
  await page.evaluate('window.scrollBy(0, -28)')
})
await browser.close()
