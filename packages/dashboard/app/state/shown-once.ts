import type { Key, Schemas } from '../client/client.js'

/** A secret that is shown once. It lives in the memory of the page until somebody closes it, and nowhere else. */
export type ShownOnce =
  | { readonly kind: 'token'; readonly secret: string; readonly of: Key; readonly how: 'created' | 'rotated' }
  | { readonly kind: 'webhook'; readonly secret: string; readonly of: Schemas['Webhook'] }

/** Takes the secret out of an answer, so that nothing else keeps it. */
export function shownToken(answer: Schemas['KeyWithToken'], how: 'created' | 'rotated'): ShownOnce & { kind: 'token' } {
  const { token, ...key } = answer
  return { kind: 'token', secret: token, of: key, how }
}
