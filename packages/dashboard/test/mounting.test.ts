import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { nodeListener } from '@keywright/api'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import type { Mount } from './product.js'

const frameworks: Readonly<Record<string, Mount>> = {
  Express: async ({ api, settings }) =>
    express().use('/api/api-keys', nodeListener(api)).use('/settings/api-keys', nodeListener(settings)),

  Fastify: async ({ api, settings }) => {
    const app = fastify()
    for (const [path, handler] of [
      ['/api/api-keys', api],
      ['/settings/api-keys', settings],
    ] as const) {
      await app.register((scope, _options, done) => {
        // Fastify's own parsers would read the body first.
        scope.removeAllContentTypeParsers()
        scope.addContentTypeParser('*', (_request, _payload, read) => read(null))
        const listener = nodeListener(handler)
        for (const at of [path, `${path}/*`]) {
          scope.all(at, (request, reply) => {
            reply.hijack()
            return listener(request.raw, reply.raw)
          })
        }
        done()
      })
    }
    await app.ready()
    return (request: IncomingMessage, response: ServerResponse) => app.routing(request, response)
  },

  Hono: async ({ api, settings }) => {
    const app = new Hono()
    for (const path of ['/api/api-keys', '/api/api-keys/*']) app.all(path, ({ req }) => api.fetch(req.raw))
    for (const path of ['/settings/api-keys', '/settings/api-keys/*'])
      app.all(path, ({ req }) => settings.fetch(req.raw))
    return nodeListener(app)
  },
}

/** A host's own page, with styles that would spoil what they reach, and a policy of its own. */
const hostPage = `<!doctype html>
<html lang="en">
<title>Acme settings</title>
<link rel="stylesheet" href="/host.css">
<script type="module" src="/keywright.js"></script>
<header>Acme</header>
<nav><a href="#/host/route">Elsewhere in Acme</a></nav>
<main><keywright-settings api="/api/api-keys" routing="none" options='{"show":{"bulk":false}}'></keywright-settings></main>
</html>`
const hostStyles = `* { color: red !important; font-size: 40px !important } button, input, dialog, table { display: none }
keywright-settings { --keywright-accent: rgb(0, 128, 0); --keywright-radius: 0px }`

const inHost: Mount = async ({ api }) => {
  const app = express()
  app.use('/api/api-keys', nodeListener(api))
  const script = readFileSync(join(import.meta.dirname, '../build/element.js'), 'utf8')
  app.get('/keywright.js', (_, res) => void res.type('js').send(script))
  app.get('/host.css', (_, res) => void res.type('css').send(hostStyles))
  app.get('/settings/api-keys', (_, res) => {
    const policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
    res.set('Content-Security-Policy', policy).type('html').send(hostPage)
  })
  return app
}

async function createsKey(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Create key' }).first().click()
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('region', { name: `Token of ${name}` }).waitFor()
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('row', { name: new RegExp(name) }).waitFor()
}

describeInBrowserFully('the page', () => {
  describe.each(Object.entries(frameworks))('in %s', (name, mount) => {
    const { open } = inBrowser({ mount })

    it.each(['', '/'])('works at its path%s', async (end) => {
      const { page, faults } = await open('ada', end)
      await createsKey(page, `by ${name}${end.length}`)
      expect(faults).toEqual([])
    })
  })
})

describeInBrowserFully('the element in a page of the host', () => {
  const { open } = inBrowser({ mount: inHost })

  it('creates a key under a strict policy, whatever the styles of the host are, and leaves its address alone', async () => {
    const { page, faults } = await open('ada', '#/host/route')
    await createsKey(page, 'embedded')
    expect(faults).toEqual([])
    expect(new URL(page.url()).hash).toBe('#/host/route')
    const link = page.getByRole('link', { name: 'embedded' })
    expect(await link.evaluate((one) => getComputedStyle(one).fontSize)).toBe('15px')
    // The host's variables do reach it.
    const button = page.getByRole('link', { name: 'Create key' }).first()
    expect(await button.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(0, 128, 0)')
    // What the host's options hide is not there.
    expect(await page.getByRole('checkbox').count()).toBe(0)
    await link.click()
    await page.getByRole('dialog', { name: 'embedded' }).getByText('Key ID').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })
})
