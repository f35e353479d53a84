import { type CreatedKey, isKeyError, type Key, type RequestRepeated, type Secret } from '@keywright/core'
import { parseIdempotencyKey } from '../http/parse-idempotency-key.js'
import { ApiProblem } from '../http/problem.js'
import { isOutage } from '../request/problem-of.js'
import type { RequestContext } from '../request/request-context.js'
import { keyResponse } from './key-response.js'

/** How long the same request gets the same token again. */
const replayMs = 10 * 60_000

/**
 * Answers with a key and its new token. If the same `Idempotency-Key` was sent before, nothing is done a second time: for ten
 * minutes, the answer has the same key and token, if the caller may see the token again now.
 * @throws {@link ApiProblem} with status 422 if the request before was a different one, and 409 if the token is not shown again.
 */
export async function issueToken(
  context: RequestContext,
  status: 200 | 201,
  issue: (idempotencyKey: string | undefined) => Promise<CreatedKey>,
): Promise<Response> {
  try {
    const { key, token } = await issue(parseIdempotencyKey(context.request))
    return await withToken(context, key, status, token)
  } catch (error) {
    if (!isKeyError(error) || error.code !== 'request_repeated') throw error
    const { key, token } = await findAgain(context, error as RequestRepeated) // the only error with this code
    return withToken(context, key, status, token)
  }
}

async function withToken(context: RequestContext, key: Key, status: 200 | 201, token: Secret): Promise<Response> {
  const { request, canReach } = context
  const response = await keyResponse(context, key, status, { token: token.reveal() })
  // Without the origin: behind a proxy, this process does not know it.
  const path = new URL(request.url).pathname.replace(/\/$/, '')
  // A key lists what it created, and reads only itself.
  if (status === 201 && canReach(key.id)) response.headers.set('Location', `${path}/${key.id}`)
  return response
}

async function findAgain(
  { keyring, within, showToken }: RequestContext,
  { keyId, isSame, at, now }: RequestRepeated,
): Promise<CreatedKey> {
  if (!isSame) {
    throw new ApiProblem(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key was used for a different request. Use a new one for each request.',
    )
  }
  // If the key was changed since, by a rotation for example, its token may be a different one.
  const isUnchanged = (key: Key | null): key is Key =>
    key?.revealable === true && key.updatedAt.getTime() === at.getTime()
  const load = () => keyring.get(keyId, { within })

  if (now.getTime() - at.getTime() <= replayMs && isUnchanged(await load())) {
    const token = await unlessRefused(showToken(keyId))
    // Loaded again: a rotation may have come between.
    const key = await load()
    if (token !== null && isUnchanged(key)) return { key, token }
  }
  throw new ApiProblem(
    409,
    'secret_already_shown',
    'This request was carried out before, and its token was shown then. Rotate the key in `key_id` to get a new token.',
    { key_id: keyId },
  )
}

/** `null` for a token that the caller may not see. An outage says nothing of that: the client may send the request again. */
async function unlessRefused(shown: Promise<Secret>): Promise<Secret | null> {
  try {
    return await shown
  } catch (error) {
    if (isOutage(error)) throw error
    return null
  }
}
