import { randomBytes } from 'node:crypto'
import { nodeListener } from '@keywright/api'
import { createKeyring, hmacSha256, type Keyring } from '@keywright/core'
import { type Attempt, openHost } from '@keywright/example-host-stub'
import { createAuthorizationServer } from '@keywright/example-mcp-people/authorization-server'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { access, type Role } from './access.js'
import { serveMcp } from './mcp.js'
import { type Member, seedOrganizations, seedPeople } from './people.js'
import { readPerson } from './person.js'
import { settings } from './settings.js'

/** A planning product that is being served, with the authorization server at which its people sign in. */
export interface Example {
  readonly origin: string
  readonly keyring: Keyring<typeof access>
  readonly people: Map<string, Member>
  readonly organizations: Set<string>
  readonly attempts: readonly Attempt[]
  close(): Promise<void>
}

/**
 * Serves the product, with a few keys. All of it is in memory, and ends with the process.
 *
 * @param loginPort - Where the authorization server listens: it has to have another origin than the endpoint.
 */
export async function start(port: number, loginPort: number): Promise<Example> {
  const [people, organizations] = [seedPeople(), seedOrganizations()]
  const keyring = createKeyring({
    prefix: 'mp',
    access,
    store: await sqliteStore(':memory:'),
    // Random, as the keys do not outlive the process. A product reads its pepper from a secret store.
    hasher: hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }),
    resolveOwner: (owner) => {
      // No person stands behind a machine: its roles alone say what it may do, as long as its organization is a customer.
      if (owner.type === 'organization') return organizations.has(owner.id) ? { scopes: ['*'] } : null
      // People have no keys here. They give roles to machines, though none that they lack.
      const person = people.get(owner.id)
      return person?.organizationId === owner.organizationId ? { roles: [person.role] } : null
    },
    manageScope: 'settings.manage',
  })
  const [login, product] = [await openHost(loginPort), await openHost(port)]
  const url = `${product.origin}/mcp`
  login.serve(createAuthorizationServer(login.origin, url, [...access.scopes.keys()]).callback())
  const fallback = readPerson(login.origin, url, (id) => people.get(id))
  const [mcp, rest] = [serveMcp(keyring, url, login.origin, fallback), settings(keyring, people, url)]
  const isMcp = /^\/(mcp|\.well-known\/.*)$/
  const listener = nodeListener((request, connection) =>
    (isMcp.test(new URL(request.url).pathname) ? mcp : rest)(request, connection),
  )
  product.serve((request, response) => void listener(request, response))

  const owner = { type: 'organization', id: 'acme' } as const
  const byJane = { actor: { type: 'user', id: 'jane' } } as const
  const create = (name: string, ...roles: Role[]) => keyring.create({ name, owner, roles }, byJane)
  const old = await create('claude-desktop-jane', 'planner', 'buyer')
  await keyring.disable(old.key.id, { reason: 'Replaced by forecasting-agent' }, byJane)
  await create('allocation-sync', 'custom')
  await create('forecasting-agent', 'planner', 'buyer')
  const report = await create('weekly-report', 'viewer')
  const attempts: Attempt[] = [
    [200, 'a machine sees the tools of its role', 'POST /mcp', report.token, asked('tools/list')],
    [200, 'and calls them', 'POST /mcp', report.token, asked('tools/call', { name: 'plans_list', arguments: {} })],
    [401, 'a disabled key', 'POST /mcp', old.token, asked('tools/list')],
  ]
  return {
    ...{ origin: product.origin, keyring, people, organizations, attempts },
    close: async () => {
      for (const host of [product, login]) host.close()
      await keyring.close()
    },
  }
}

function asked(method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id: 1, method, params }
}
