/** The part of `pg`'s `Pool` that tells of its connections. */
export interface TellingPool {
  on(event: 'error', listener: () => void): unknown
  on(event: 'connect', listener: (connection: { on(event: 'error', listener: () => void): unknown }) => void): unknown
}

const watched = new WeakSet<object>()

/**
 * Listens for the errors of each connection of a pool, from the moment it is made: `pg` tells of a connection that breaks between
 * two statements by an event, and Node ends the process where nobody listens. Whoever awaits a connection is too late when the
 * server ends it in the same packet in which it had welcomed it, as it does when it shuts down.
 */
export function surviveBreaks(pool: TellingPool): void {
  if (watched.has(pool)) return
  watched.add(pool)
  pool.on('error', ignore)
  pool.on('connect', (connection) => connection.on('error', ignore))
}

/** The pool replaces a broken connection by itself, and the statement that ran on it fails. */
function ignore(): void {}
