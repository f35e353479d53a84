import { InvalidOptions } from '@keywright/core'
import { isPrintable, isRecord } from '@keywright/core/adapter'

/** What the API asks the names of: each id once, at most 1,000 people and 1,000 resources. */
export interface IdsToName {
  /** Owners and creators of keys, and those who did something. */
  readonly users: readonly string[]
  /** By their type. */
  readonly resources: Readonly<Record<string, readonly string[]>>
}

/** The names that people know, by id. What has none is left out. */
export interface HostNames {
  readonly users?: Readonly<Record<string, string>> | undefined
  /** By their type, then by id. */
  readonly resources?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
}

/** The names of one page. What the host did not name, or named with what nobody can read, is `null`. */
export interface Names {
  user(id: string): string | null
  resource(type: string, id: string): string | null
}

/** Of whom nobody knows a name. */
export const noNames: Names = { user: () => null, resource: () => null }

/** How long a name is shown. Names of more characters are none. */
const most = 200

/**
 * Parses the answer of `describe`.
 *
 * @param fault - Is told of a name that cannot be shown: the others are shown all the same.
 * @throws {@link InvalidOptions} for what has no names in it at all.
 */
export function parseNames(answer: unknown, fault: (error: InvalidOptions) => void): Names {
  if (!isRecord(answer)) throw wrongAnswer('an object with users and resources')
  const { users = {}, resources = {} } = answer
  if (!isRecord(users) || !isRecord(resources)) throw wrongAnswer('users and resources as objects of names')
  const nameIn = (names: unknown, id: string): string | null => {
    // Own fields alone: an id may be `constructor`.
    const name: unknown = isRecord(names) && Object.hasOwn(names, id) ? names[id] : undefined
    if (name === undefined || name === null) return null
    if (typeof name === 'string' && name.length >= 1 && name.length <= most && isPrintable(name)) return name
    fault(wrongAnswer(`names of 1 to ${most} printable characters`))
    return null
  }
  return {
    user: (id) => nameIn(users, id),
    resource: (type, id) => nameIn(Object.hasOwn(resources, type) ? resources[type] : null, id),
  }
}

function wrongAnswer(expected: string): InvalidOptions {
  return new InvalidOptions('describe', `a function that returns ${expected}`)
}
