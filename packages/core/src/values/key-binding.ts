/**
 * What whoever uses a key must hold beside its token: a private key, of which only the thumbprint of the public part is kept. A stolen
 * token alone then does nothing.
 */
export type KeyBinding =
  | {
      /** Each request has a proof that is signed with a key of the client's (RFC 9449). */
      readonly type: 'dpop'
      /** The SHA-256 thumbprint of the public key (RFC 7638), in base64url: 43 characters. */
      readonly jkt: string
    }
  | {
      /** Each request comes over a connection with a certificate of the client's (RFC 8705). */
      readonly type: 'mtls'
      /** The SHA-256 of the certificate, in base64url: 43 characters. */
      readonly thumbprint: string
    }
