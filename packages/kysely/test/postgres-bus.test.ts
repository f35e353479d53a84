import { testInvalidationBus } from '@keywright/testkit'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { postgresBus } from '../src/index.js'
import { newPrefix } from './drop-tables.js'
import { connect, engines } from './engines.js'

const engine = engines.find(({ name }) => name === 'PostgreSQL')
const db = engine === undefined ? null : await connect(engine)
const connectionString = engine?.url ?? ''

function openPool(options: pg.PoolConfig = { connectionString }): pg.Pool {
  const pool = new pg.Pool(options)
  pool.on('error', () => {})
  onTestFinished(() => pool.end())
  return pool
}

if (db !== null) {
  await db.destroy()
  testInvalidationBus({
    name: 'PostgreSQL',
    open: async () => {
      const channel = newPrefix()
      const end = () => {
        const pool = openPool()
        return {
          bus: postgresBus(pool, { channel }),
          breakConnections: async () => {
            const listeners = 'select pg_terminate_backend(pid) from pg_stat_activity where query = $1'
            await pool.query(listeners, [`listen "${channel}"`])
          },
        }
      }
      return [end(), end()]
    },
  })
}

describe('postgresBus', () => {
  it('starts while PostgreSQL is down, reports that it is not listening, and can be stopped (FI-10)', async () => {
    const pool = openPool({ host: '127.0.0.1', port: 1, connectionTimeoutMillis: 1_000 })
    const states: boolean[] = []
    const stop = postgresBus(pool).subscribe(
      () => {},
      (state) => states.push(state),
    )
    await expect.poll(() => states.length).toBeGreaterThan(1)
    expect(new Set(states)).toEqual(new Set([false]))
    await expect(postgresBus(pool).publish('k')).rejects.toThrow()
    await stop()
  })

  it.each(['', '1a', 'a-b', 'a"b', 'ü', 'a'.repeat(64), 5])('rejects the channel %o', (channel) => {
    // @ts-expect-error wrong on purpose
    expect(() => postgresBus(openPool(), { channel })).toThrow('Option channel must be ')
  })

  it.each<[string, unknown, string]>([
    ['a misspelt channel', { chanel: 'keys' }, 'Unknown option chanel. Did you mean channel?'],
    ['null as options', null, 'Option options must be an object with some of: channel.'],
    ['a channel in place of options', 'keys', 'Option options must be an object with some of: channel.'],
  ])('rejects %s, and does not connect', (_, options, message) => {
    const pool = { connect: vi.fn(), query: vi.fn() }
    // @ts-expect-error wrong on purpose
    expect(() => postgresBus(pool, options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
    expect(pool.connect).not.toHaveBeenCalled()
    expect(pool.query).not.toHaveBeenCalled()
  })

  it('rejects an argument that is not a pool', () => {
    // @ts-expect-error wrong on purpose
    expect(() => postgresBus({})).toThrow('Option pool must be ')
  })
})
