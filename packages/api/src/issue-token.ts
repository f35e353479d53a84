import { type Created, isKeyError, type Key, type RequestRepeated } from '@keywright/core'
import { type Asked, json } from './operation.js'
import { ApiProblem } from './problem.js'
import { keyToJson } from './to-json.js'

/** For how long a token that was issued is given again to whoever sends the same request again (HTTP-16). */
const replayMs = 10 * 60_000

/**
 * Answers with a key and its new token. A request that was carried out before under the same `Idempotency-Key` is not carried
 * out again: it gets the same key, and, where tokens are sealed, for ten minutes the same token.
 *
 * @throws ApiProblem 422 where it asks for something else than before; 409 where the token cannot be given again.
 */
export async function issueToken(
  asked: Asked,
  status: 200 | 201,
  issue: (idempotencyKey: string | undefined) => Promise<Created>,
): Promise<Response> {
  try {
    const { key, token } = await issue(readIdempotencyKey(asked.request))
    return json({ ...keyToJson(key), token: token.reveal() }, status)
  } catch (error) {
    if (!isKeyError(error) || error.code !== 'request_repeated') throw error
    return replay(asked, status, error as RequestRepeated) // the only one with this code
  }
}

async function replay(asked: Asked, status: 200 | 201, repeated: RequestRepeated): Promise<Response> {
  const { keyring, caller, context, within } = asked
  const { keyId, isSame, at, now } = repeated
  if (!isSame) {
    throw new ApiProblem(422, 'idempotency_key_reused', 'This Idempotency-Key was used for another request.')
  }
  // Of a key that was changed since, rotated perhaps, the token may be another one.
  const isAsIssued = (key: Key | null): key is Key =>
    key?.revealable === true && key.updatedAt.getTime() === at.getTime()
  const find = () => keyring.get(keyId, { within })

  if (caller.actor.type === 'user' && now.getTime() - at.getTime() <= replayMs && isAsIssued(await find())) {
    const token = await keyring.reveal(keyId, { actor: caller.actor, context, within })
    const key = await find()
    if (isAsIssued(key)) return json({ ...keyToJson(key), token: token.reveal() }, status)
  }
  throw new ApiProblem(409, 'secret_already_shown', 'This request was carried out, and its token was shown then.', {
    key_id: keyId,
  })
}

/** Reads an sf-string of at most 255 characters, or, as most clients send it, the same without its quotes. */
function readIdempotencyKey(request: Request): string | undefined {
  const field = request.headers.get('idempotency-key')
  if (field === null) return undefined
  const quoted = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(field)?.[1]?.replace(/\\(.)/g, '$1')
  // A bare comma would be two lines that were joined.
  const key = quoted ?? /^[\x21\x23-\x2b\x2d-\x7e]+$/.exec(field)?.[0] ?? ''
  if (key.length >= 1 && key.length <= 255) return key
  throw new ApiProblem(400, 'invalid_input', 'Idempotency-Key: expected 1 to 255 printable ASCII characters.', {
    field: 'Idempotency-Key',
  })
}
