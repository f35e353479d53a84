import { describe, expect, it } from 'vitest'
import { newFolder, runProgram, testedEngines } from './support/cli-world.js'

/** Each is a process that compiles what it loads: a busy machine takes its time. */
const patienceMs = 300_000

describe.each(testedEngines())('the program, as a process of its own, on $name', ({ open }) => {
  it(
    'works with the configuration of the folder, and with the address of a database',
    async () => {
      const { env, options } = await open()
      expect(await runProgram(['migrate'], { env })).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^Ran 0001-/),
        err: '',
      })
      const made = await runProgram(['keys', 'create', 'ci', '--organization', 'acme', '--scope', 'tasks.read'], {
        env,
      })
      expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^tk_live_\w+\n$/) })
      const verified = await runProgram(['verify', '--json'], { env, input: made.out })
      expect(verified).toMatchObject({ code: 0, err: '' })
      const { id } = JSON.parse(verified.out).key
      const elsewhere = { folder: newFolder() }
      const revoked = await runProgram(['keys', 'revoke', id, '--yes', ...options], elsewhere)
      expect(revoked).toEqual({ code: 0, out: `Key ${id} is revoked.\n`, err: '' })
      expect(await runProgram(['verify'], { env, input: made.out })).toMatchObject({
        code: 1,
        out: expect.stringContaining('api_key_revoked'),
      })
    },
    patienceMs,
  )
})
