import type { DpopChecker, KeyBinding } from '../../src/entries/index.js'
import { createGate } from '../../src/http/gate.js'
import type { GateOptions } from '../../src/http/gate-options.js'
import type { GateRequest } from '../../src/http/gate-request.js'
import { good, open } from '../support/setup.js'

export const jkt = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
export const byDpop: KeyBinding = { type: 'dpop', jkt }
export const byMtls: KeyBinding = { type: 'mtls', thumbprint: 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dgI' }

/** Takes for good what says method, URL, token, thumbprint and a name: each part must be that of the request. */
export const plainChecker: DpopChecker = {
  algorithms: ['ES256', 'EdDSA'],
  nonce: () => 'n1',
  check: async ({ proof, method, url, token, jkt: asked }) => {
    const [id = '', ...rest] = proof.split(' ')
    if (id === 'throws') throw new Error('down')
    return rest.join(' ') === [method, url, token, asked].join(' ')
      ? { ok: true, id, usableMs: 70_000 }
      : { ok: false, fault: id === 'stale' ? 'nonce' : 'signature' }
  },
}

/** A proof that {@link plainChecker} takes. */
export const proofOf = (id: string, token: string, method = 'GET', url = '/members'): string =>
  `${id} ${method} ${url} ${token} ${jkt}`

/** A keyring that checks both kinds of proofs, with one key that is bound, and a gate before it. */
export async function openBound(
  binding: KeyBinding | null = byDpop,
  options: Parameters<typeof open>[0] = {},
  settings: GateOptions = {},
) {
  const opened = open({ proofs: { dpop: plainChecker, mtls: {} }, ...options })
  const { keyring } = opened
  const { key, token } = await keyring.create({ ...good, scopes: ['members.read'], binding })
  const gate = createGate(keyring, settings)
  const ask = (fields: GateRequest['fields'], more: Partial<GateRequest> = {}, original: object = {}) => {
    const request = { fields, url: '/members', method: 'GET', ...more }
    return gate(request, original as GateRequest)
  }
  const codeOf = async (...asked: Parameters<typeof ask>) => {
    const verdict = await ask(...asked)
    return verdict.ok ? 'ok' : `${verdict.refusal.code} ${'reason' in verdict.refusal ? verdict.refusal.reason : ''}`
  }
  return { ...opened, key, token: token.reveal(), ask, codeOf }
}

/** The headers of a client that has the token, and a proof. */
export const withProof = (token: string, proof: string): GateRequest['fields'] => [
  ['Authorization', `DPoP ${token}`],
  ['DPoP', proof],
]
