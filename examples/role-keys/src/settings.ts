import { type FetchHandler, managementApi } from '@keywright/api'
import type { Keyring, Secret } from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import { signInStub } from '@keywright/example-host-stub'
import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import type { access } from './access.js'
import type { Member } from './people.js'

const page = '/settings/api-keys'

/** The page "Organization settings > API keys", with the API that it asks, and a stub of a login. */
export function settings(
  keyring: Keyring<typeof access>,
  people: ReadonlyMap<string, Member>,
  url: string,
): FetchHandler {
  const signIn = signInStub(people, page)
  const api = managementApi(keyring, {
    authenticate: (request) => {
      const person = signIn.personOf(request)
      return person && { actor: { type: 'user', id: person.id }, authority: { roles: [person.role] } }
    },
    organization: (request) => signIn.personOf(request)?.organizationId ?? null,
    // Keys are a matter of the organization's settings: whoever may change those manages all keys, and nobody else any.
    permissions: {
      ...{
        read: 'settings.manage',
        create: 'settings.manage',
        revoke: 'settings.manage',
        manageAll: 'settings.manage',
      },
    },
    describe: ({ users }) => ({
      users: Object.fromEntries([...people].filter(([id]) => users.includes(id)).map(([id, { name }]) => [id, name])),
    }),
  })
  const settingsPage = dashboard(keyring, {
    branding: { productName: 'Merchandise Plans', accent: '#be185d' },
    mcp: { url, clients: (token?: Secret) => clientIds.map((id) => clientConfig(id, { name: 'plans', url, token })) },
    // A machine's key belongs to the organization, and has roles.
    show: { scopes: false, personalKeys: false },
  })
  const isBelow = (pathname: string, path: string) => pathname === path || pathname.startsWith(`${path}/`)
  return (request) => {
    const { pathname } = new URL(request.url)
    if (isBelow(pathname, '/api/api-keys')) return api.fetch(request)
    return isBelow(pathname, page) ? settingsPage.fetch(request) : signIn.fetch(request)
  }
}
