/**
 * Whether an error says that another connection was in the way, and nothing was changed: SQLITE_BUSY and its kin, such as
 * SQLITE_BUSY_SNAPSHOT. libsql and better-sqlite3 name the code, `node:sqlite` numbers it.
 */
export function isSqliteBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, errcode } = error as { code?: unknown; errcode?: unknown } // read, not trusted
  return String(code).startsWith('SQLITE_BUSY') || (typeof errcode === 'number' && (errcode & 0xff) === 5)
}
