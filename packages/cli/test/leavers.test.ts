import { describe, expect, it } from 'vitest'
import { type RunOptions, runHere, testedEngines } from './support/cli-world.js'

/** Runs the program, and gives what it answers as JSON. */
async function ask(line: readonly string[], options: RunOptions, code = 0) {
  const ran = await runHere([...line, '--json'], options)
  expect({ code: ran.code, err: code === 0 ? ran.err : '' }).toEqual({ code, err: '' })
  return code === 0 ? JSON.parse(ran.out) : ran.err
}

const namesOf = ({ revoked }: { readonly revoked: readonly { readonly name: string }[] }) =>
  revoked.map(({ name }) => name).sort()

describe.each(testedEngines())('keys of a leaver, on $name', ({ open }) => {
  it('keys transfer gives one to somebody else, and keys revoke-all ends the rest, once it was asked', async () => {
    const { env } = await open()
    await ask(['migrate'], { env })
    const create = async (name: string) =>
      (await ask(['keys', 'create', name, '--organization', 'acme', '--actor', 'user:ada'], { env })).key.id as string
    const [kept] = [await create('deploy'), await create('old'), await create('older')]
    const transfer = ['keys', 'transfer', kept, '--creator', 'bob']
    const trial = await ask([...transfer, '--dry-run'], { env })
    expect(trial).toMatchObject({ key: { createdBy: { id: 'bob' } }, changed: false, dryRun: true })
    expect(await ask([...transfer, '--yes'], { env })).toMatchObject({
      key: { createdBy: { id: 'bob' } },
      changed: true,
    })

    const all = ['keys', 'revoke-all', '--organization', 'acme', '--creator', 'user:ada', '--reason', 'left']
    expect(namesOf(await ask([...all, '--dry-run'], { env }))).toEqual(['old', 'older'])
    expect(await ask(all, { env }, 2)).toContain('--yes')
    expect(namesOf(await ask([...all, '--yes'], { env }))).toEqual(['old', 'older'])
    expect(namesOf(await ask([...all, '--yes'], { env }))).toEqual([])
    const { keys } = await ask(['keys', 'list', '--organization', 'acme', '--status', 'active'], { env })
    expect(keys).toMatchObject([{ name: 'deploy' }])
  })

  it('refuses a command that does not say which keys, or to whom', async () => {
    const { env } = await open()
    await ask(['migrate'], { env })
    expect(await ask(['keys', 'revoke-all', '--organization', 'acme', '--yes'], { env }, 2)).toContain('which keys')
    expect(await ask(['keys', 'revoke-all', '--creator', 'user:ada', '--yes'], { env }, 2)).toContain('--organization')
    const half = ['keys', 'revoke-all', '--organization', 'acme', '--creator', 'ada', '--yes']
    expect(await ask(half, { env }, 2)).toContain('--creator must be')
    expect(await ask(['keys', 'transfer', 'a1B2c3D4e5F6', '--yes'], { env }, 2)).toContain('--owner or --creator')
  })
})
