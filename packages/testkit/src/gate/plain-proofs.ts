import type { DpopChecker, KeyBinding } from '@keywright/core'

/** What the key of {@link plainProofs} is bound to. */
export const plainBinding: KeyBinding = { type: 'dpop', jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' }

/**
 * Takes for a proof the method and the path of the request, after a name of its own: what an adapter says of a request is seen in what it
 * accepts. It signs nothing, so it is for tests alone.
 */
export const plainProofs: DpopChecker = {
  algorithms: ['ES256'],
  nonce: () => 'n1',
  check: async ({ proof, method, url }) => {
    const [id = '', ...request] = proof.split(' ')
    // Fetch says whole URLs.
    const isOf = request.join(' ') === `${method} ${new URL(url, 'http://test').pathname}`
    return isOf ? { ok: true, id, usableMs: 60_000 } : { ok: false, fault: 'signature' }
  },
}
