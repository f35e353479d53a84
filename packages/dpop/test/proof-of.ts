import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'

/** What a proof says; `undefined` leaves a claim out. */
export type Claims = Readonly<Record<string, unknown>>

/** A client with a key of its own. */
export interface Client {
  readonly jkt: string
  /** Signs a proof for a request; what is named differs from a good one, and `undefined` leaves it out. */
  prove(
    asked: { readonly method: string; readonly url: string; readonly token: string; readonly now?: Date },
    claims?: Claims,
    header?: Partial<JWTHeaderParameters>,
  ): Promise<string>
}

export async function newClient(alg = 'ES256'): Promise<Client> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    jkt: await calculateJwkThumbprint(jwk),
    prove: ({ method, url, token, now = new Date() }, claims = {}, header = {}) =>
      new SignJWT({
        jti: crypto.randomUUID(),
        htm: method,
        htu: url,
        iat: Math.floor(now.getTime() / 1_000),
        ath: createHash('sha256').update(token).digest('base64url'),
        ...claims,
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk, ...header })
        .sign(privateKey),
  }
}
