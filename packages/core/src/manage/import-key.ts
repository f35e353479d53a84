import type { Access } from '../access/index.js'
import type { NamesOf } from '../check/index.js'
import { InvalidInput, InvalidOptions, InvalidState } from '../errors/index.js'
import type { ManageOptions } from '../input/index.js'
import type { NewKey } from '../store/index.js'
import type { Key } from '../values/index.js'
import { draftKey } from './draft-key.js'
import { type ImportedSecret, readImportedSecret } from './import-secret.js'
import { insertKey } from './insert-key.js'
import { type CreateInput, inputNames } from './key-input.js'
import type { ManageParts } from './parts.js'

/** A key that was issued elsewhere, and goes on working. */
export interface ImportInput<A extends Access = Access> extends CreateInput<A> {
  /**
   * What is known of its secret: the hash that the other product stored, or the token itself.
   *
   * A token may begin with this keyring's own `prefix`, unless it has the whole form of one of ours, with 12 letters and digits,
   * `_`, and as many as our secrets have: that is taken for one of ours, and refused.
   *
   * `sanctum` and `prefixed-api-key` hash only the last part of a token, so they need its `start` too. Import a key in one form: as
   * a hash of a part and as a token are two keys.
   */
  readonly secret: ImportedSecret
  /**
   * The random bits of the secret. Of less than 112, only the token itself can be imported, and needs `imports.slowHasher`
   * and a pepper: a fast hash of it could be searched.
   */
  readonly entropyBits: number
  /** What to show in place of the token: its public beginning. @defaultValue 'imported' */
  readonly preview?: string | undefined
  /** When the other product made it; in the past. The audit log says when it was imported. A policy's `maxLifetimeMs` counts from
   * here: leave it out to begin the time of the key anew. @defaultValue now */
  readonly createdAt?: Date | undefined
}

const needsImports =
  'Option imports is missing: add imports: {} to createKeyring, so that imported keys are recognised.'

const importNames: NamesOf<ImportInput> = {
  ...inputNames.create,
  secret: true,
  entropyBits: true,
  preview: true,
  createdAt: true,
}

/**
 * Takes over a key from elsewhere, with its audit record, all or nothing. Its first use gives it a hash of our own.
 *
 * The same secret can be imported once only, even where its key has been revoked or deleted since: an import that runs again
 * brings nothing back.
 *
 * @throws InvalidOptions where the keyring has no `imports`; InvalidState if the same secret was imported before; and what
 * `create` throws.
 */
export async function importKey(parts: ManageParts, input: ImportInput, options: ManageOptions): Promise<Key> {
  if (parts.imports === null) throw new InvalidOptions('imports', '{}', needsImports)
  const createdAt = checkCreatedAt(input)
  const { draft, actor, context, isEndLeftOut } = await draftKey(parts, input, options, importNames)
  const preview = checkPreview(input)
  const write: NewKey = {
    ...draft,
    ...(await readImportedSecret(parts, input.secret, input.entropyBits)),
    createdBy: actor,
    preview,
    previousHash: null,
    previousHashExpiresAt: null,
    sealed: null,
    ...(createdAt === null ? {} : { createdAt }),
  }
  const key = await insertKey(parts, write, { type: 'api_key.imported', context, isEndLeftOut })
  if (key === null) throw new InvalidState(write.id, 'imported_already', 'import')
  return key
}

/** A copy, or `null` for none. Whether it is past is decided by the store's clock. What is no object is refused after this. */
function checkCreatedAt(input: Pick<ImportInput, 'createdAt'> | null | undefined): Date | null {
  const given: unknown = input?.createdAt
  if (given === undefined) return null
  if (given instanceof Date && given.getTime() >= 0) return new Date(given)
  throw new InvalidInput('createdAt', 'a valid Date in the past')
}

function checkPreview({ preview, secret }: Pick<ImportInput, 'preview' | 'secret'>): string {
  if (preview === undefined) return 'imported'
  const isPlain = typeof preview === 'string' && /^[\x21-\x7e]{1,24}…?$/.test(preview)
  const token = typeof secret === 'object' && secret !== null && 'token' in secret ? secret.token : null
  if (isPlain && !(typeof token === 'string' && preview.includes(token))) return preview
  throw new InvalidInput('preview', 'at most 24 printable characters, and not the whole token')
}
