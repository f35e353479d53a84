import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'

describeInBrowserFully('the policy of the page, as a browser applies it', () => {
  const { product, open } = inBrowser()

  it.each([
    ['makes no markup of text', "document.body.innerHTML = '<b>x</b>'"],
    ['makes no script of text', "document.createElement('script').text = 'window.ran = true'"],
    ['takes no script from an address in a text', "document.createElement('script').src = '/elsewhere'"],
    ['lets nobody say that a text is safe', "trustedTypes.createPolicy('mine', { createHTML: (text) => text })"],
  ])('%s (T26, UI-1)', async (_, attempt) => {
    const { page } = await open('ada')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    await expect(page.evaluate(attempt)).rejects.toThrow(/TypeError/)
  })

  it('runs no handler in an attribute, takes no style from one, and asks nobody else (T26, UI-1)', async () => {
    const { page } = await open('ada')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    const violations = await page.evaluate(
      async (elsewhere) => {
        const found: string[] = []
        document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective))
        document.body.setAttribute('style', 'display: none')
        await fetch(elsewhere).catch(() => {})
        const picture = new Image()
        picture.src = `${elsewhere}/picture.png`
        const form = document.body.appendChild(document.createElement('form'))
        form.submit()
        const base = document.head.appendChild(document.createElement('base'))
        base.href = elsewhere
        // They are told one by one, each when the browser comes to it.
        for (let tries = 0; new Set(found).size < 5 && tries < 300; tries += 1) {
          await new Promise((done) => setTimeout(done, 50))
        }
        return found
      },
      product().origin.replace('127.0.0.1', 'localhost'),
    )
    expect(new Set(violations)).toEqual(
      new Set(['style-src-attr', 'connect-src', 'img-src', 'form-action', 'base-uri']),
    )
    expect(await page.getByRole('heading', { name: 'API keys' }).isVisible()).toBe(true)
    const handler = "document.body.setAttribute('onclick', 'window.ran = true')"
    await expect(page.evaluate(handler)).rejects.toThrow(/TypeError/)
  })

  it('is shown in no frame of another site, and in one of its own (T26, UI-1)', async () => {
    const { origin } = product()
    const { page } = await open('ada')
    const framed = async (from: string) => {
      await page.goto(`${from}/elsewhere`)
      await page.evaluate((src) => {
        const frame = document.createElement('iframe')
        frame.src = src
        document.body.append(frame)
        return new Promise((done) => frame.addEventListener('load', done))
      }, `${origin}/settings/api-keys`)
      return page.frames().at(-1)?.locator('keywright-settings').count()
    }
    expect(await framed(origin)).toBe(1)
    expect(await framed(origin.replace('127.0.0.1', 'localhost'))).toBe(0)
  })
})
