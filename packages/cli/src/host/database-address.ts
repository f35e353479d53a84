import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usageFailure } from '../terminal/index.js'

/** A database, as an address names it. */
export type DatabaseAddress =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres' | 'mysql'; readonly url: string }

/**
 * Reads the address of a database: `sqlite:./keys.db`, `postgres://…` or `mysql://…`.
 *
 * @param folder - What the path of a file is relative to.
 * @throws Failure, without the address: it may have a password in it.
 */
export function readDatabaseAddress(address: string, folder: string): DatabaseAddress {
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):(.*)$/is.exec(address) ?? []
  switch (scheme.toLowerCase()) {
    case 'sqlite':
    case 'file':
      return { engine: 'sqlite', path: pathOf(rest, folder) }
    case 'postgres':
    case 'postgresql':
      return { engine: 'postgres', url: address }
    case 'mysql':
    case 'mariadb':
      return { engine: 'mysql', url: `mysql:${rest}` }
    default:
      throw usageFailure(
        'The address of the database must begin with sqlite:, postgres:// or mysql://, such as sqlite:./keys.db.',
      )
  }
}

function pathOf(rest: string, folder: string): string {
  // `sqlite:///srv/keys.db` is an address with no host; `sqlite://keys.db` is what people write for a path beside them.
  if (rest.startsWith('///')) return pathOfUrl(`file:${rest}`)
  const path = rest.startsWith('//') ? rest.slice(2) : rest
  if (path === '' || /[\0#?%]/.test(path)) throw usageFailure(needsPath)
  return isAbsolute(path) ? path : resolve(folder, path)
}

function pathOfUrl(url: string): string {
  try {
    // What stands behind these is no part of a path: another file would be opened.
    if (!/[#?]|%00/.test(url)) return fileURLToPath(url)
  } catch {
    // A code such as %2F or %zz, which no path has.
  }
  throw usageFailure(needsPath)
}

const needsPath =
  'The address of a SQLite database must have the path of its file, such as sqlite:./keys.db, without #, ? and %. With three slashes, sqlite:///srv/my%20keys.db, codes are read.'
