import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { answerJson, table } from '../src/terminal/index.js'

describe('an answer', () => {
  it('as JSON has nothing in it that a terminal obeys, and is the same when it is read', async () => {
    const stdout = new PassThrough()
    const io = { stdin: stdout, stdout, stderr: stdout, env: {}, folder: '', modules: { load: async () => null } }
    const value = { name: 'a\u007f\u0085\u009b31m\u202e\u2028\u{e0001}\nb', list: ['日本語'] }
    await answerJson(io, value)
    stdout.end()
    const written = await text(stdout)
    expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(written.split('\n').length).toBeGreaterThan(3)
    expect(JSON.parse(written)).toEqual(value)
  })

  it('as a table may have more rows than a call has room for arguments', () => {
    const rows = Array.from({ length: 150_000 }, () => ['a'])
    expect(table(['NAME'], rows, new PassThrough()).split('\n')).toHaveLength(150_002)
  })
})
