import { type InvalidationBus, InvalidOptions } from '@keywright/core'

/** What is used of a `Pool` of `pg`. */
export interface PostgresPool {
  query(text: string, values: string[]): Promise<unknown>
  connect(): Promise<PostgresConnection>
}

/** What is used of a connection of such a pool. */
export interface PostgresConnection {
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  query(text: string): Promise<unknown>
  release(destroy: boolean): void
}

/** Options of {@link postgresBus}. */
export interface PostgresBusOptions {
  /** The channel, which all processes of a product share: letters, digits and `_`. @defaultValue 'keywright_changed' */
  readonly channel?: string | undefined
}

/** How long after a lost connection the next one is tried. */
const retryMs = 500

/**
 * Tells all processes of changed keys, by PostgreSQL's LISTEN and NOTIFY: for the `cache` of a keyring. Keeps one connection of
 * the pool for itself until the keyring is closed; a pooler such as PgBouncer must be in session mode for it.
 *
 * @param pool - Of `pg`, with an `error` listener of the host's.
 * @throws InvalidOptions
 */
export function postgresBus(
  pool: PostgresPool,
  { channel = 'keywright_changed' }: PostgresBusOptions = {},
): InvalidationBus {
  if (typeof pool?.connect !== 'function') throw new InvalidOptions('pool', 'a pool of pg')
  // PostgreSQL would cut off what is longer, in LISTEN alone.
  if (typeof channel !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(channel)) {
    throw new InvalidOptions('channel', '1 to 63 letters, digits and _')
  }
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
