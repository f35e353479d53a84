import { expect, it } from 'vitest'
import { describeInBrowserFully, inBrowser } from './browser.js'
import { organizationId } from './product.js'

/** Names as somebody chooses them who wants more than a name. Those that the keyring refuses are no names. */
const payloads = [
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  'javascript:alert(1)',
  '<a href="javascript:alert(1)">click</a>',
  '{{constructor.constructor("alert(1)")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant
  '${alert(1)}',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<style>*{display:none}</style>',
  '</title><script>alert(1)</script>',
  '<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>',
  '&lt;img src=x onerror=alert(1)&gt;',
  '../../../etc/passwd',
  '=HYPERLINK("http://evil.example","x")',
  'شارة مرحبا',
  'a'.repeat(100),
  '__proto__',
  'constructor',
]

describeInBrowserFully('hostile names', () => {
  const { product, open } = inBrowser()

  it('are text wherever they stand: nothing runs, nothing is asked for, and the policy has nothing to report (T26, MGMT-8)', async () => {
    const owner = { type: 'user', id: 'ada', organizationId } as const
    const ids: string[] = []
    for (const name of payloads) {
      const made = await product().keyring.create({ name, owner, description: name, scopes: ['members.read'] })
      ids.push(made.key.id)
    }
    const { page, faults } = await open('ada', '', { viewport: { width: 1280, height: 2_400 } })
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await page.evaluate(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective}`),
      )
    })
    for (const name of payloads) await page.getByRole('link', { name, exact: true }).waitFor()
    for (const [at, id] of ids.entries()) {
      await page.evaluate((hash) => {
        location.hash = hash
      }, `#/keys/${id}`)
      const dialog = page.getByRole('dialog', { name: payloads[at] ?? '', exact: true })
      await dialog.getByText('Key ID').waitFor()
      expect(await dialog.getByRole('heading', { level: 2 }).textContent()).toBe(payloads[at])
      await dialog.getByRole('button', { name: 'Close' }).click()
    }
    // In questions, in what is said in passing, and in the token's dialog.
    await page.getByRole('button', { name: `Actions for ${payloads[0]}` }).click()
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: `“${payloads[0]}” is disabled.` })
      .waitFor()
    await page.getByRole('button', { name: `Actions for ${payloads[1]}` }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    await page.getByRole('dialog', { name: `Revoke “${payloads[1]}”?` }).waitFor()
    expect(await page.locator('img, iframe, math, a[href^="javascript"]').count()).toBe(0)
    expect(dialogs).toEqual([])
    expect(faults).toEqual([])
  })

  it('cannot turn the direction of the text around them (MGMT-8)', async () => {
    const owner = { type: 'user', id: 'ada', organizationId } as const
    for (const name of ['a\u202Egnp.exe', 'a\u2066b', 'a\u0000b', 'a\nb']) {
      await expect(product().keyring.create({ name, owner })).rejects.toMatchObject({ code: 'invalid_input' })
    }
    const { page } = await open('ada', '?new&name=a%E2%80%AEb')
    await page.getByRole('button', { name: 'Create key' }).click()
    const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name' })
    await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true')
  })
})
