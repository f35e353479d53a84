import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { InvalidationBus } from '@keywright/core/store'
import { surviveBreaks, type TellingPool } from './survive-breaks.js'

/** The part of `pg`'s `Pool` that {@link postgresBus} uses. */
export interface PostgresPool extends TellingPool {
  query(text: string, values: string[]): Promise<unknown>
  connect(): Promise<PostgresConnection>
}

/** The part of `pg`'s `PoolClient` that {@link postgresBus} uses. */
export interface PostgresConnection {
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  query(text: string): Promise<unknown>
  release(destroy: boolean): void
}

/** Options of {@link postgresBus}. */
export interface PostgresBusOptions {
  /**
   * The channel that all processes of a product share: 1 to 63 letters, digits and `_`, not starting with a digit.
   * @defaultValue 'keywright_changed'
   */
  readonly channel?: string | undefined
}

const optionNames: NamesOf<PostgresBusOptions> = { channel: true }

/** How long to wait before connecting again. */
const retryMs = 500

/**
 * Notifies every process of key changes through PostgreSQL's LISTEN and NOTIFY, for the `cache` of a keyring. It keeps one
 * connection of the pool until the keyring is closed, and connects again half a second after that connection is lost. A
 * pooler such as PgBouncer must be in session mode.
 *
 * @param pool - A pool of `pg`. It gets an `error` listener.
 *
 * @example
 * ```ts
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * const cache = { mode: 'bounded', ttlMs: 5_000, bus: postgresBus(pool) } as const // an option of createKeyring
 * ```
 *
 * @throws {@link InvalidOptions} when `pool` is not a pool of `pg`, an option is unknown, or `channel` is not a plain name.
 */
export function postgresBus(pool: PostgresPool, options: PostgresBusOptions = {}): InvalidationBus {
  checkNames(options, optionNames)
  const { channel = 'keywright_changed' } = options
  if (typeof pool?.connect !== 'function' || typeof pool.on !== 'function')
    throw new InvalidOptions('pool', 'a pool of pg')
  // LISTEN truncates a longer name, and pg_notify does not.
  if (typeof channel !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(channel)) {
    throw new InvalidOptions('channel', '1 to 63 letters, digits and _, not starting with a digit')
  }
  surviveBreaks(pool)
  return {
    async publish(keyId) {
      await pool.query('select pg_notify($1, $2)', [channel, keyId])
    },

    subscribe(onMessage, onState) {
      let isStopped = false
      let timer: ReturnType<typeof setTimeout> | undefined
      let leave = () => {}

      async function listen(): Promise<void> {
        const connection = await pool.connect()
        let isOpen = true
        leave = () => {
          if (isOpen) connection.release(true)
          isOpen = false
        }
        const onBreak = () => {
          const wasOpen = isOpen
          leave()
          if (wasOpen) tryAgain()
        }
        for (const event of ['error', 'end'] as const) connection.on(event, onBreak)
        connection.on('notification', ({ payload = '' }) => {
          if (!isStopped) onMessage(payload)
        })
        if (isStopped) return leave()
        await connection.query(`listen "${channel}"`).then(() => {
          if (isOpen) onState(true)
        }, onBreak)
      }
      function tryAgain(): void {
        if (isStopped) return
        onState(false)
        timer = setTimeout(start, retryMs)
      }
      function start(): void {
        listen().catch(tryAgain)
      }

      start()
      return async () => {
        isStopped = true
        clearTimeout(timer)
        leave()
      }
    },
  }
}
