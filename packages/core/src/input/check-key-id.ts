import { beginsWith, type TokenFormat } from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'

/**
 * Checks the id of a key. A token that is passed in its place goes no further, into no error and no log.
 *
 * @throws InvalidInput
 */
export function checkKeyId({ namespaces, foreign }: TokenFormat, id: unknown, field = 'id'): string {
  if (typeof id !== 'string') throw new InvalidInput(field, 'the id of a key, a string: key.id')
  if (!beginsWith(id, namespaces) && !beginsWith(id, foreign)) return id
  throw new InvalidInput(field, 'key.id, not a token', `${field} must be the id of a key: pass key.id, not its token.`)
}
