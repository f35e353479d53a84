import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Makes a client whose private key never leaves it, and which signs a proof for each request. */
export async function dpopClient() {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  let nonce: string | null = null

  async function send(token: string, method: string, url: string): Promise<Response> {
    const proof = await new SignJWT({
      jti: randomUUID(),
      htm: method,
      htu: url,
      ath: createHash('sha256').update(token).digest('base64url'),
      ...(nonce === null ? {} : { nonce }),
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
      .setIssuedAt()
      .sign(privateKey)
    const response = await fetch(url, { method, headers: { Authorization: `DPoP ${token}`, DPoP: proof } })
    nonce = response.headers.get('DPoP-Nonce') ?? nonce
    return response
  }

  return {
    /** What the key is to be bound to: give it to whoever creates the key. */
    jkt: await calculateJwkThumbprint(jwk),
    /** Sends a request; once more, if the server first wants to see its nonce. */
    async fetch(token: string, method: string, url: string): Promise<Response> {
      const response = await send(token, method, url)
      const challenge = response.headers.get('WWW-Authenticate') ?? ''
      return challenge.includes('use_dpop_nonce') ? send(token, method, url) : response
    },
  }
}
