import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FetchGateOptions, Keyring, Principal } from '@keywright/core'
import { expect, it, onTestFinished, vi } from 'vitest'

/** What is asked of the example here. Its files are compiled as Next compiles them, not with this repository. */
interface Example {
  keyringOfApp(): Promise<Keyring>
  requireKey(
    rules: FetchGateOptions,
    handler: (request: Request, principal: Principal) => Response,
  ): (request: Request) => Promise<Response>
}

async function load<N extends keyof Example>(file: string): Promise<Pick<Example, N>> {
  return await import(join(import.meta.dirname, '../examples/next', file))
}

it('the example for Next.js opens its keyring with a later request, if it could not with the first one', async () => {
  const [before, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), 'keywright-next-'))]
  process.chdir(folder) // where it keeps its file
  onTestFinished(() => {
    process.chdir(before)
    rmSync(folder, { recursive: true })
    vi.unstubAllEnvs()
  })
  const [{ keyringOfApp }, { requireKey }] = [
    await load<'keyringOfApp'>('keyring.ts'),
    await load<'requireKey'>('require-key.ts'),
  ]
  const guarded = requireKey({ scopes: ['tasks.read'] }, (_request, { user }) => Response.json({ user }))
  const ask = (token: string) =>
    guarded(
      new Request('http://localhost/api/tasks', {
        headers: { Authorization: `Bearer ${token}`, 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https' },
      }),
    )
  vi.stubEnv('KEYWRIGHT_PEPPER', undefined)
  await expect(ask('tb_x')).rejects.toThrow(/pepper/)

  vi.stubEnv('KEYWRIGHT_PEPPER', 'ZXhhbXBsZSBwZXBwZXIgb2YgMzIgYnl0ZXMsIG5vdCBteSBvd24=')
  const keyring = await keyringOfApp()
  onTestFinished(() => keyring.close())
  const create = (organizationId: string) =>
    keyring.create({ name: 'ci', owner: { type: 'user', id: 'ada', organizationId }, scopes: ['tasks.read'] })
  const [own, left] = [await create('acme'), await create('elsewhere')]
  const answers = await Promise.all([own, left].map(({ token }) => ask(token.reveal())))
  expect(answers.map(({ status }) => status)).toEqual([200, 401])
  expect(await answers[0]?.json()).toEqual({ user: { id: 'ada' } })
  expect(await answers[1]?.json()).toMatchObject({ code: 'owner_inactive' })
})
