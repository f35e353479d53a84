import type { GateRequest } from '@keywright/core'
import { covers } from '@keywright/core/scope'
import { access, levels, roles } from '@keywright/example-mcp-projects'
import type { Login } from '@keywright/mcp'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'

/** A person who signed in at the authorization server, with the name of the client that acts for them. */
export interface Person extends Login {
  readonly client: string
}

/** Finds out whose access token a request has. `null`: nobody's, or one that is not good for this endpoint. */
export function readPerson(issuer: string, resource: string): (request: GateRequest) => Promise<Person | null> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  return async ({ fields }) => {
    const [, header = ''] = fields.find(([name]) => name.toLowerCase() === 'authorization') ?? []
    const [, token = ''] = /^Bearer (.+)$/i.exec(header) ?? []
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: resource, typ: 'at+jwt' })
      return personIn(payload)
    } catch (error) {
      // If the authorization server does not answer, nobody knows whose token it is: the request gets 503.
      if (error instanceof errors.JOSEError && !outages.has(error.code)) return null
      throw error
    }
  }
}

const outages = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT'])

/** What a person allowed their client, and never more than the person may do now. */
function personIn({ sub = '', exp = 0, client_id, scope }: JWTPayload): Person | null {
  const role = roles.get(sub)
  if (role === undefined) return null
  const granted = new Set(String(scope).split(' '))
  const ofRole = access.roles.get(role)
  const ofLevels = access.resources.get('project')?.scopesByLevel
  const isIn = (level: string | undefined, name: string): boolean =>
    granted.has(name) && ofLevels?.get(level ?? '')?.has(name) === true
  return {
    id: sub,
    client: String(client_id),
    expiresAt: new Date(exp * 1_000),
    allows: (name) => granted.has(name) && Array.isArray(ofRole) && covers(ofRole, name),
    allowsOn: (name, { id }) => isIn(levels.get(`${sub} on ${id}`), name),
    allowsSomewhere: (name) => [...levels].some(([at, level]) => at.startsWith(`${sub} on `) && isIn(level, name)),
  }
}
