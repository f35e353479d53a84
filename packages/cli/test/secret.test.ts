import { once } from 'node:events'
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { newFolder, runHere } from './support/cli-world.js'

describe('keywright secret', () => {
  it.each([
    [[], 'KEYWRIGHT_PEPPER'],
    [['pepper'], 'KEYWRIGHT_PEPPER'],
    [['audit'], 'KEYWRIGHT_AUDIT_KEY'],
    [['--name', 'MY_PEPPER'], 'MY_PEPPER'],
  ])('%j writes a line of .env alone, with a secret that a keyring takes', async (line, variable) => {
    const { code, out, err } = await runHere(['secret', ...line])
    expect(code).toBe(0)
    const [, name = '', secret = ''] = /^(\w+)=([\w-]{43})\n$/.exec(out) ?? []
    expect(name).toBe(variable)
    expect(err).toContain(`process.env.${variable}`)
    expect(err).not.toContain(secret)
    createKeyring({
      prefix: 'tk',
      access: defineAccess({ scopes: { a: 'A' } }),
      store: memoryStore(),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: secret } }),
      auditKeys: { current: 'a1', keys: { a1: secret.split('').reverse().join('') } },
      resolveOwner: 'uncapped',
    })
  })

  it.each([
    ['A=1', /^A=1\nKEYWRIGHT_PEPPER=[\w-]{43}\n$/],
    ['', /^KEYWRIGHT_PEPPER=[\w-]{43}\n$/],
  ])('begins a line of its own in a file that holds %j', async (before, expected) => {
    const path = join(newFolder(), '.env')
    writeFileSync(path, before)
    const output = createWriteStream(path, { flags: 'a' })
    await once(output, 'open')
    await runHere(['secret'], { output })
    output.end()
    await once(output, 'close')
    expect(readFileSync(path, 'utf8')).toMatch(expected)
  })

  it('never makes the same twice', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => runHere(['secret', '--json'])))
    expect(new Set(made.map(({ out }) => JSON.parse(out).value)).size).toBe(20)
  })

  it.each(['1ABC', 'A-B', 'A B', 'A=B'])('refuses %j as the name of a variable', async (name) => {
    expect(await runHere(['secret', '--name', name])).toMatchObject({ code: 2, out: '' })
  })
})
