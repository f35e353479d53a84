import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { InvalidOptions } from '@keywright/core'
import { createPool } from 'mysql2'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { mysqlPool, postgresBus, postgresPool } from '../src/index.js'

// test/faults tests over real connections what pools do when these fail.
describe.each([
  ['postgresPool', (options: object) => postgresPool(new pg.Pool(), options)],
  ['mysqlPool', (options: object) => mysqlPool(createPool({}), options)],
])('%s', (_, make) => {
  it.each([0, 99, 600_001, 500.5, Number.NaN, '5000', null])('rejects %j as answerTimeoutMs', (answerTimeoutMs) => {
    expect(() => make({ answerTimeoutMs })).toThrow(
      new InvalidOptions('answerTimeoutMs', 'whole milliseconds from 100 to 600000'),
    )
  })

  it.each([undefined, 100, 600_000])('accepts %j as answerTimeoutMs', (answerTimeoutMs) => {
    expect(make({ answerTimeoutMs })).toBeDefined()
  })
})

/** A server that welcomes each client and ends its connection in one packet, as PostgreSQL may when it shuts down. */
async function startFarewell(): Promise<number> {
  const message = (type: string, body: string) => {
    const head = Buffer.alloc(5)
    head.write(type)
    head.writeInt32BE(Buffer.byteLength(body) + 4, 1)
    return Buffer.concat([head, Buffer.from(body)])
  }
  const fatal = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I'), fatal])))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port // it listens on TCP
}

describe('a connection that the server ends in the packet of its welcome', () => {
  it.each<[string, (pool: pg.Pool) => unknown]>([
    ['postgresPool', async (pool) => (await postgresPool(pool).connect()).release()],
    [
      'postgresBus',
      (pool) =>
        postgresBus(pool).subscribe(
          () => {},
          () => {},
        ),
    ],
  ])('does not end a process that uses %s', async (_, use) => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: await startFarewell(), user: 'keywright', database: 'keys' })
    const ended = vi.fn()
    const removed = once(pool, 'remove')
    process.once('uncaughtException', ended)
    onTestFinished(() => void process.removeListener('uncaughtException', ended))
    const using = use(pool)
    await removed
    await new Promise(setImmediate)
    expect(ended).not.toHaveBeenCalled()
    if (typeof using === 'function') await using()
  })
})

describe('options that are not known, or not what they must be', () => {
  const pool = { connect: vi.fn(), getConnection: vi.fn(), on: vi.fn(), end: vi.fn() }

  it.each<[string, unknown, string]>([
    ['a misspelt time', { answerTimoutMs: 100 }, 'Unknown option answerTimoutMs. Did you mean answerTimeoutMs?'],
    ['a misspelt prepare', { prepared: true }, 'Unknown option prepared. Did you mean prepare?'],
    ['null', null, 'Option options must be an object with some of: answerTimeoutMs, prepare.'],
    ['a number', 100, 'Option options must be an object with some of: answerTimeoutMs, prepare.'],
    ['a text as prepare', { prepare: 'true' }, 'Option prepare must be a boolean.'],
  ])('postgresPool refuses %s, and does not touch the pool', (_, options, message) => {
    // @ts-expect-error wrong on purpose
    expect(() => postgresPool(pool, options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
    for (const method of Object.values(pool)) expect(method).not.toHaveBeenCalled()
  })

  it.each([null, undefined, {}, { pool: {} }, 'mysql://'])('mysqlPool refuses %j as a pool', (given) => {
    // @ts-expect-error wrong on purpose
    expect(() => mysqlPool(given)).toThrow(new InvalidOptions('pool', 'a pool of mysql2'))
  })

  it.each<[string, unknown, string]>([
    ['a misspelt time', { answerTimoutMs: 100 }, 'Unknown option answerTimoutMs. Did you mean answerTimeoutMs?'],
    ['an option of postgresPool', { prepare: true }, 'Unknown option prepare. There are: answerTimeoutMs.'],
    ['null', null, 'Option options must be an object with some of: answerTimeoutMs.'],
    ['a number', 100, 'Option options must be an object with some of: answerTimeoutMs.'],
  ])('mysqlPool refuses %s, and does not touch the pool', (_, options, message) => {
    // @ts-expect-error wrong on purpose
    expect(() => mysqlPool(pool, options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
    for (const method of Object.values(pool)) expect(method).not.toHaveBeenCalled()
  })
})
