import { describe, expect, it } from 'vitest'
import { type RunOptions, runHere, testedEngines } from './support/cli-world.js'

const jkt = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
const hex = Buffer.from(jkt, 'base64url').toString('hex')

describe.each(testedEngines())('keys that are bound, on $name', ({ open }) => {
  const make = async () => {
    const { env } = await open()
    await runHere(['migrate'], { env })
    const run = (line: readonly string[], options: Partial<RunOptions> = {}) => runHere(line, { env, ...options })
    const json = async (...line: readonly string[]) => JSON.parse((await run([...line, '--json'])).out)
    return { run, json }
  }

  it('are made and changed, shown with what they are bound to, and unbound', async () => {
    const { run, json } = await make()
    const { key, token } = await json('keys', 'create', 'agent', '--organization', 'acme', '--dpop-jkt', jkt)
    expect(key.binding).toEqual({ type: 'dpop', jkt })
    expect((await run(['keys', 'show', key.id])).out).toMatch(
      new RegExp(`^bound to +a key of the client: ${jkt}$`, 'm'),
    )
    const verified = await run(['verify', '--json'], { input: token })
    expect(JSON.parse(verified.out)).toMatchObject({ ok: false, refusal: { code: 'proof_required' } })
    const certified = await json('keys', 'update', key.id, '--mtls-thumbprint', hex)
    expect(certified.key.binding).toEqual({ type: 'mtls', thumbprint: jkt })
    expect((await run(['keys', 'show', key.id])).out).toContain(`a certificate: ${jkt}`)
    expect((await json('keys', 'update', key.id, '--dpop-jkt', 'none')).key.binding).toBeNull()
  })

  it.each([
    [['--dpop-jkt', jkt, '--mtls-thumbprint', hex], 'give --dpop-jkt or --mtls-thumbprint'],
    [['--dpop-jkt', 'short'], 'binding.jkt must be'],
  ])('are refused with %j', async (options, sentence) => {
    const { run } = await make()
    const ran = await run(['keys', 'create', 'agent', '--organization', 'acme', ...options])
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(sentence)])
  })
})
