import type { GateRequest } from '@keywright/core'
import { covers } from '@keywright/core/scope'
import type { Login } from '@keywright/mcp'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { access } from './access.js'
import type { Member } from './people.js'

/** Finds out whose access token a request has. `null`: nobody's, or one that is not good for this endpoint. */
export function readPerson(
  issuer: string,
  resource: string,
  memberOf: (id: string) => Member | undefined,
): (request: GateRequest) => Promise<Login | null> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  return async ({ fields }) => {
    const [, header = ''] = fields.find(([name]) => name.toLowerCase() === 'authorization') ?? []
    const [, token = ''] = /^Bearer (.+)$/i.exec(header) ?? []
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: resource, typ: 'at+jwt' })
      const { sub = '', exp = 0, scope } = payload
      const member = memberOf(sub)
      if (member === undefined) return null
      // What the person let their client do, and never more than their role says now.
      const granted = new Set(String(scope).split(' '))
      const defined = access.roles.get(member.role) ?? []
      const ofRole = typeof defined === 'function' ? await defined(member.organizationId) : defined
      const allows = (name: string) => granted.has(name) && covers(ofRole, name)
      return { id: sub, expiresAt: new Date(exp * 1_000), allows, allowsOn: () => false }
    } catch (error) {
      // If the authorization server does not answer, nobody knows whose token it is: the request gets 503.
      if (error instanceof errors.JOSEError && !outages.has(error.code)) return null
      throw error
    }
  }
}

const outages = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT'])
