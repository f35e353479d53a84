import type { Secret } from '@keywright/core'

/** The part of a token that nobody but its holder may know. */
export function secretOf(token: Secret): string {
  const [secret] = /[0-9A-Za-z]{32}(?=[0-9A-Za-z]{6}$)/.exec(token.reveal()) ?? []
  if (secret === undefined) throw new Error('not a token of the usual length')
  return secret
}
