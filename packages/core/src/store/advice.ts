import { causesOf } from './causes-of.js'

/** What to do about an error, in our own words: a driver's message may hold what must not be printed. */
export interface Advice {
  readonly kind: 'table' | 'grant' | 'other'
  readonly text: string
}

const missingTable = new Set<unknown>(['42P01', '42703', '3F000', 1146, 1054, 'ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR'])
const missingGrant = new Set<unknown>([
  '42501',
  1142,
  1143,
  1044,
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'SQLITE_READONLY',
])

/** Looks through an error and its causes for what is known. */
export function adviceOn(error: unknown): Advice {
  const chain = causesOf(error)
  const codes = chain.flatMap(({ code, errno }) => [code, errno])
  const isOldSchema = chain.some(
    ({ message }) => typeof message === 'string' && /(^|: )no such (table|column)|^The key tables /.test(message),
  )
  const code = codes.find((one) => typeof one === 'string' && /^[A-Z0-9_]{3,40}$/.test(one))
  const named = code === undefined ? '' : ` (${String(code)})`
  if (isOldSchema || codes.some((one) => missingTable.has(one))) {
    const how = `run migrateToLatest(db)${named}, or the migrations of @keywright/d1`
    return { kind: 'table', text: `The tables are not there, or are old: ${how}.` }
  }
  if (codes.some((one) => missingGrant.has(one))) {
    const text = `The database user lacks a right${named}: grant select, insert and update on the api_key tables, and delete on`
    return {
      kind: 'grant',
      text: `${text} api_key_usage_batches and api_key_requests. keyring.prune needs more: see docs/databases.md.`,
    }
  }
  return { kind: 'other', text: `Pass onEvent to createKeyring to get the error itself${named}.` }
}
