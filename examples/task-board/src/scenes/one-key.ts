import { editAll, mia } from '../people.js'
import type { Stage } from '../stage.js'

/** A good key, and tokens that only look like one. */
export async function oneKey({ keyring, visit }: Stage): Promise<void> {
  const { token } = await keyring.create({ name: 'laptop', owner: mia, scopes: ['*'], resources: editAll })
  const staging = await keyring.create({ name: 'staging', owner: mia, scopes: ['*'], environment: 'test' })
  const apiKey = { 'X-API-Key': token.reveal() }

  await visit("Mia's key", 'GET /boards', '200', { token })
  await visit('the same key in X-API-Key', 'GET /boards', '200', { headers: apiKey })
  await visit('no key', 'GET /boards', '401 api_key_missing')
  await visit('one letter mistyped', 'GET /boards', '401 api_key_invalid', { token: mistype(token.reveal()) })
  await visit('two keys at once', 'GET /boards', '400 api_key_malformed', { token, headers: apiKey })
  await visit('a key in the URL', `GET /boards?key=${token.reveal()}`, '400 api_key_malformed')
  await visit('a key of the test environment', 'GET /boards', '401 api_key_invalid', { token: staging.token })
}

/** Changes one letter of the secret. */
export function mistype(token: string): string {
  const at = token.length - 20
  return token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1)
}
