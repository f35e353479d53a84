import { type FetchHandler, managementApi, nodeListener } from '@keywright/api'
import type { Keyring, Secret } from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import { signInStub } from '@keywright/example-host-stub'
import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import { Router } from 'express'
import type { access } from './access.js'
import type { Tracker } from './tracker.js'

const page = '/settings/api-keys'

/** "Settings > API keys", with the API that the page asks, and a stub of a login. */
export function settings(keyring: Keyring<typeof access>, { people, projects }: Tracker, origin: string): Router {
  const signIn = signInStub(people, page)
  const api = managementApi(keyring, {
    authenticate: (request) => {
      const person = signIn.personOf(request)
      return person && { actor: { type: 'user', id: person.id }, authority: { scopes: person.scopes } }
    },
    organization: (request) => signIn.personOf(request)?.organizationId ?? null,
    permissions: { read: 'anyone', create: 'anyone', revoke: 'anyone' },
    resources: {
      project: async ({ actor }, _organizationId, search) =>
        projects.filter(
          ({ id, name }) =>
            people.get(actor.id)?.projects[id] !== undefined && name.toLowerCase().includes(search.toLowerCase()),
        ),
    },
    describe: ({ users }, organizationId) => ({
      users: Object.fromEntries([...people].filter(([id]) => users.includes(id)).map(([id, { name }]) => [id, name])),
      resources: {
        project: Object.fromEntries(
          projects.filter((one) => one.organizationId === organizationId).map(({ id, name }) => [id, name]),
        ),
      },
    }),
  })
  const settingsPage = (url: string) =>
    dashboard(keyring, {
      branding: { productName: 'Work Tracker', accent: '#b45309' },
      exampleUrl: `${origin}/api/projects`,
      // Without a token, each client's configuration names the variable that has the key.
      mcp: {
        url,
        clients: (token?: Secret) => clientIds.map((id) => clientConfig(id, { name: 'tracker', url, token })),
      },
    })
  // Who has no such project is given the endpoint without it: a connection to somebody else's project is refused.
  const [everywhere, compass] = [settingsPage(`${origin}/mcp`), settingsPage(`${origin}/mcp?projectId=compass`)]
  const ownPage: FetchHandler = (request) =>
    (signIn.personOf(request)?.projects.compass === undefined ? everywhere : compass).fetch(request)
  return Router()
    .use('/api/api-keys', nodeListener(api))
    .use(page, nodeListener(ownPage))
    .get(['/', '/sign-in/:person'], nodeListener(signIn))
}
