import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { describeError } from '../src/terminal/index.js'
import { fixtures, migratedSqlite, runHere, runProgram } from './support/cli-world.js'

/** Each process compiles what it loads: a busy machine takes its time. */
const patienceMs = 120_000

/** A pipe whose reader has gone. */
const left = () =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  }).on('error', () => {})

describe('what the program writes', () => {
  it('is taken to its last line before an export is done', async () => {
    const { env } = await migratedSqlite()
    await runHere(['keys', 'create', 'a', '--organization', 'acme'], { env })
    let taken = ''
    const slow = new Writable({
      highWaterMark: 1_000_000,
      write: (chunk, _encoding, done) => {
        setTimeout(() => {
          taken += String(chunk)
          done()
        }, 20)
      },
    })
    expect(await runHere(['audit', 'export', '--organization', 'acme'], { env, output: slow })).toMatchObject({
      code: 0,
      err: '',
    })
    expect(taken).toMatch(/"api_key\.created"[\s\S]*"audit\.exported".*\n$/)
  })

  it('may be left unread: exit 141, without a word', async () => {
    const { env } = await migratedSqlite()
    for (const line of [
      ['keys', 'list', '--json'],
      ['completions', 'bash'],
    ])
      expect(await runHere(line, { env, output: left() })).toEqual({ code: 141, out: '', err: '' })
  })

  it('is a token that must not vanish in silence', async () => {
    const { env } = await migratedSqlite()
    for (const json of [[], ['--json']]) {
      const ran = await runHere(['keys', 'create', 'a', '--organization', 'acme', ...json], { env, output: left() })
      expect(ran.code).toBe(141)
      expect(ran.err).toMatch(/The token of key \w{12} could not be written, and is lost\./)
      expect(ran.err).toContain('token_not_written')
    }
  })

  it(
    'may be left unread by another process',
    async () => {
      const flags = ['-C', '@keywright/source', '--import', import.meta.resolve('tsx')]
      const bin = join(import.meta.dirname, '../src/bin.ts')
      const program = spawn(process.execPath, [...flags, bin, 'completions', 'bash'], { cwd: fixtures })
      program.stdout.destroy()
      expect(await once(program, 'close')).toEqual([141, null])
    },
    patienceMs,
  )
})

describe('a fault', () => {
  it(
    'in the background of a configuration is told without secrets: exit 70',
    async () => {
      const env = { KEYWRIGHT_PEPPER: 'c4N4ry of a pepper' }
      const ran = await runProgram(['keys', 'list', '--config', 'background-fault.config.ts'], { env })
      expect(ran).toEqual({ code: 70, out: '', err: 'mine *** (internal)\n' })
    },
    patienceMs,
  )

  it('may be its own cause', () => {
    const error = new Error('first')
    error.cause = new AggregateError([new Error('second', { cause: error }), error])
    expect(describeError(error)).toMatchObject({ code: 'internal', message: expect.stringContaining('second') })
  })
})
