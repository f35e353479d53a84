import { describe, expect, it } from 'vitest'
import { newFolder, runProgram, testedEngines } from './support/cli-world.js'

describe.each(testedEngines())('the program on $name', ({ open }) => {
  it('migrates a database by its address, once, and lists its keys', async () => {
    const { options } = await open()
    const folder = newFolder()
    const first = await runProgram(['migrate', ...options, '--json'], { folder })
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(first.out).ran[0]).toBe('0001-create-key-tables')
    expect(await runProgram(['migrate', ...options], { folder })).toMatchObject({
      code: 0,
      out: 'The tables were up to date.\n',
    })
    const listed = await runProgram(['keys', 'list', ...options, '--json'], { folder })
    expect({ ...listed, out: JSON.parse(listed.out) }).toEqual({
      code: 0,
      err: '',
      out: { keys: [], nextCursor: null },
    })
  })

  it('migrates the database of the configuration', async () => {
    const { env } = await open()
    expect(await runProgram(['migrate'], { env })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Ran 0001-/),
      err: '',
    })
    expect(await runProgram(['keys', 'list'], { env })).toEqual({ code: 0, out: '', err: 'There are no such keys.\n' })
  })
})
