import { generateKeyPairSync, randomBytes } from 'node:crypto'
import Provider, { errors, type JWK } from 'oidc-provider'

/**
 * An authorization server, in place of the one that a company has: with its pages for login and consent, on which every password
 * is right. Clients register themselves.
 *
 * @param resource - The URL of the MCP endpoint, for which it issues access tokens.
 */
export function createAuthorizationServer(issuer: string, resource: string, scopes: readonly string[]): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return new Provider(issuer, {
    cookies: { keys: [randomBytes(32).toString('hex')] },
    jwks: { keys: [{ ...(privateKey.export({ format: 'jwk' }) as JWK), alg: 'RS256', use: 'sig' }] },
    scopes: [...scopes],
    ttl: { AccessToken: 3_600, AuthorizationCode: 60, Grant: 3_600, Interaction: 600, Session: 3_600 },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    features: {
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, asked) => {
          if (asked !== resource) throw new errors.InvalidTarget()
          return { audience: resource, scope: scopes.join(' '), accessTokenFormat: 'jwt' }
        },
      },
    },
  })
}
