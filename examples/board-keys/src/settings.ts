import { type ManagementApiOptions, managementApi } from '@keywright/api'
import type { Keyring, Secret } from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import { signInStub } from '@keywright/example-host-stub'
import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import { Hono } from 'hono'
import type { access } from './access.js'
import type { Boards } from './boards.js'

const page = '/settings/api-keys'

/** "Settings > API keys", where every member has keys of their own; with the API that the page asks, and a stub of a login. */
export function settings(
  keyring: Keyring<typeof access>,
  webhooks: NonNullable<ManagementApiOptions['webhooks']>,
  { members, names }: Boards,
  origin: string,
): Hono {
  const signIn = signInStub(members, page)
  const api = managementApi(keyring, {
    authenticate: (request) => {
      const member = signIn.personOf(request)
      // Members have no global scopes: their boards are looked up by `resolveOwner`.
      return member && { actor: { type: 'user', id: member.id }, authority: {} }
    },
    organization: (request) => signIn.personOf(request)?.organizationId ?? null,
    permissions: {
      ...{ read: 'anyone', create: 'anyone', revoke: 'anyone', reveal: 'anyone' },
      ...{ webhooksRead: 'anyone', webhooksManage: 'anyone' },
    },
    // The stub has just taken their word. A product asks for the password again.
    assertFresh: () => true,
    webhooks,
    resources: {
      board: async ({ actor }, _organizationId, search) =>
        [...(members.get(actor.id)?.boards.keys() ?? [])]
          .map((id) => ({ id, name: names.get(id) ?? id }))
          .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())),
    },
    describe: () => ({
      users: Object.fromEntries([...members].map(([id, { name }]) => [id, name])),
      resources: { board: Object.fromEntries(names) },
    }),
  })
  const url = `${origin}/mcp`
  const settingsPage = dashboard(keyring, {
    branding: { productName: 'Boards', accent: '#15803d' },
    exampleUrl: `${origin}/api/ext/v1/boards`,
    mcp: { url, clients: (token?: Secret) => clientIds.map((id) => clientConfig(id, { name: 'boards', url, token })) },
    // A key is given boards and levels, nothing else.
    show: { scopes: false, organizationKeys: false },
  })
  const app = new Hono()
  for (const path of ['/api/api-keys', '/api/api-keys/*']) app.all(path, ({ req }) => api.fetch(req.raw))
  for (const path of [page, `${page}/*`]) app.get(path, ({ req }) => settingsPage.fetch(req.raw))
  for (const path of ['/', '/sign-in/:person']) app.get(path, ({ req }) => signIn.fetch(req.raw))
  return app
}
