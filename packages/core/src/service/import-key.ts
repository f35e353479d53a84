import type { Access } from '../access/index.js'
import { InvalidInput, InvalidOptions, InvalidState } from '../errors/index.js'
import type { NewKey } from '../store/index.js'
import type { Key } from '../values/index.js'
import type { CreateInput } from './create-input.js'
import { draftKey } from './draft-key.js'
import { type ImportedSecret, readImportedSecret } from './import-secret.js'
import { insertKey } from './insert-key.js'
import type { ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'

/** A key that was issued elsewhere, and goes on working (B6). */
export interface ImportInput<A extends Access = Access> extends CreateInput<A> {
  /**
   * What is known of its secret: the hash that the other product stored, or the token itself.
   *
   * Its tokens must not begin with this keyring's own `prefix` and `_`: such a token is taken for one of ours, and refused.
   */
  readonly secret: ImportedSecret
  /**
   * The random bits of the secret. Of less than 112, only the token itself can be imported, and needs `imports.slowHasher`
   * and a pepper: a fast hash of it could be searched (T41).
   */
  readonly entropyBits: number
  /** What to show in place of the token: its public beginning. @defaultValue 'imported' */
  readonly preview?: string | undefined
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
export async function importKey(settings: Settings, input: ImportInput, options: ManageOptions): Promise<Key> {
  if (settings.imports === null) throw new InvalidOptions('imports', '{}, to recognise imported keys')
  const { draft, actor, context } = await draftKey(settings, input, options)
  const preview = checkPreview(input)
  const write: NewKey = {
    ...draft,
    ...(await readImportedSecret(settings, input.secret, input.entropyBits)),
    createdBy: actor,
    preview,
    previousHash: null,
    previousHashExpiresAt: null,
    sealed: null,
  }
  const key = await insertKey(settings, write, { type: 'api_key.imported', context })
  if (key === null) throw new InvalidState(write.id, 'imported already', 'import')
  return key
}

function checkPreview({ preview, secret }: Pick<ImportInput, 'preview' | 'secret'>): string {
  if (preview === undefined) return 'imported'
  const isPlain = typeof preview === 'string' && /^[\x21-\x7e]{1,24}…?$/.test(preview)
  const token = typeof secret === 'object' && secret !== null && 'token' in secret ? secret.token : null
  if (isPlain && !(typeof token === 'string' && preview.includes(token))) return preview
  throw new InvalidInput('preview', 'at most 24 printable characters, and not the whole token')
}
