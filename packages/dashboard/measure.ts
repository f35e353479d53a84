// How long a list of 10,000 keys takes for a step of scrolling, and for a step of searching: `pnpm run measure`.
import { launch, visit } from './test/browser.js'
import { openProduct, organizationId } from './test/product.js'

const keys = 10_000
const words = ['deploy', 'nightly', 'zapier', 'cursor', 'claude', 'export', 'staging', 'import', 'agent', 'script']
const product = await openProduct()
console.log(`Making ${keys} keys…`)
for (let nth = 0; nth < keys; nth += 1) {
  const owner = { type: 'user', id: nth % 2 === 0 ? 'ada' : 'mia', organizationId } as const
  const name = `${words[nth % 10]} ${words[(nth * 7) % 9]} ${nth}`
  await product.keyring.create({ name, owner, scopes: ['members.read'] })
}
const browser = await launch()
const { page } = await visit(browser, product.origin, { login: 'ada', viewport: { width: 1120, height: 860 } })
await page.getByRole('row', { name: /9999/ }).waitFor()

/** From the step to the end of the frame that shows it. */
const scrolled = await page.evaluate(async () => {
  const times: number[] = []
  for (let step = 0; step < 150; step += 1) {
    const begun = performance.now()
    scrollBy(0, 600)
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    times.push(performance.now() - begun)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  scrollTo(0, 0)
  return times
})
report('Scrolling by 600 px', scrolled)
await page.waitForTimeout(1_000)

/** From the key press to the end of the frame that shows what was found. */
const searched: number[] = []
const search = page.getByRole('searchbox', { name: 'Search by name, tag or preview' })
const rows = page.locator('.table-frame, .empty').first()
for (const text of [
  'zapier',
  'nightly',
  'claude 4',
  'agent',
  'export 7',
  'nothing',
  'cursor',
  'script 12',
  'staging',
  '',
]) {
  const before = await rows.textContent()
  const shown = page.evaluate(async (was) => {
    const root = document.querySelector('keywright-settings')?.shadowRoot
    let begun = 0
    root?.addEventListener(
      'input',
      () => {
        begun = performance.now()
      },
      { once: true, capture: true },
    )
    while (begun === 0 || root?.querySelector('.table-frame, .empty')?.textContent === was) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
    return performance.now() - begun
  }, before)
  await search.fill(text)
  searched.push(await shown)
  await page.waitForTimeout(300)
}
report('Searching', searched)
await browser.close()
await product.close()

function report(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (part: number): string => `${Math.round(sorted[Math.ceil(part * sorted.length) - 1] ?? 0)} ms`
  console.log(`${what}, ${times.length} steps: p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}`)
}
