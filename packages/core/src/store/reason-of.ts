import { adviceOn } from './advice.js'
import { causesOf } from './causes-of.js'

const reasons: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...entries('the connection is refused: is the database running, and are its host and port right?', ['ECONNREFUSED']),
  ...entries('the name of its host cannot be resolved', ['ENOTFOUND', 'EAI_AGAIN']),
  ...entries('its host cannot be reached', ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']),
  ...entries('it does not answer in time', ['ETIMEDOUT', 'ESOCKETTIMEDOUT']),
  ...entries('the connection is lost', ['ECONNRESET', 'EPIPE', 'PROTOCOL_CONNECTION_LOST', '57P01', '08006', '08003']),
  ...entries('the login is refused: check the user and the password', [
    '28P01',
    '28000',
    1045,
    'ER_ACCESS_DENIED_ERROR',
  ]),
  ...entries('there is no database of this name', ['3D000', 1049, 'ER_BAD_DB_ERROR']),
  ...entries('it has too many connections', ['53300', 1040, 'ER_CON_COUNT_ERROR']),
  ...entries('it is starting or shutting down', ['57P03', 1053, 'ER_SERVER_SHUTDOWN']),
  ...entries('the file cannot be opened', ['SQLITE_CANTOPEN', 'ENOENT', 'EACCES']),
  ...entries('the file is locked by another connection', ['SQLITE_BUSY', 'SQLITE_LOCKED']),
])

/**
 * Says in our own words why a store failed, and its code, if a driver gave one. Never its message, which may hold an address, a
 * password or a row.
 */
export function reasonOf(error: unknown): string {
  const chain = causesOf(error)
  const codes = chain.flatMap(({ code, errno }) => [code, errno])
  const code = codes.find((one) => typeof one === 'string' && /^[A-Z0-9_]{3,40}$/.test(one))
  const named = code === undefined ? '' : ` (${String(code)})`
  const known = codes.find((one) => reasons.has(one))
  if (known !== undefined) return `${reasons.get(known)}${named}.`
  if (chain.some(({ name }) => name === 'DeadlineExceeded')) return 'it does not answer in time.'
  const advice = adviceOn(error)
  if (advice.kind !== 'other') return advice.text
  const name = chain.map(({ name }) => name).find((one) => typeof one === 'string' && /^[A-Za-z]{3,40}$/.test(one))
  return code === undefined ? `${String(name ?? 'an unknown fault')}.` : `${String(name ?? 'an error')}${named}.`
}

function entries(reason: string, codes: readonly unknown[]): (readonly [unknown, string])[] {
  return codes.map((code) => [code, reason] as const)
}
