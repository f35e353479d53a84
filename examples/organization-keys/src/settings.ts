import { managementApi, nodeListener } from '@keywright/api'
import type { Keyring } from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import { type Person, signInStub } from '@keywright/example-host-stub'
import { Router } from 'express'
import type { access } from './access.js'
import type { Member } from './people.js'

const page = '/settings/api-keys'

/** "Settings > API keys", with the API that the page asks, and a stub of a login. Who may manage keys is a matter of scopes, too. */
export function settings(keyring: Keyring<typeof access>, people: ReadonlyMap<string, Member>, origin: string): Router {
  const signIn = signInStub(people, page)
  const within = (organizationId: string) => [...people.values()].filter((one) => one.organizationId === organizationId)
  const api = managementApi(keyring, {
    authenticate: (request) => {
      const person = signIn.personOf(request)
      return person && { actor: { type: 'user', id: person.id }, authority: { scopes: person.scopes } }
    },
    organization: (request) => signIn.personOf(request)?.organizationId ?? null,
    people: async (_caller, organizationId, search) => within(organizationId).filter(isNamed(search)),
    describe: (_, organizationId) => ({
      users: Object.fromEntries(within(organizationId).map(({ id, name }) => [id, name])),
    }),
  })
  const settingsPage = dashboard(keyring, {
    branding: { productName: 'Gateway Console', accent: '#0369a1' },
    exampleUrl: `${origin}/api/self`,
  })
  return Router()
    .use('/api/api-keys', nodeListener(api))
    .use(page, nodeListener(settingsPage))
    .get(['/', '/sign-in/:person'], nodeListener(signIn))
}

function isNamed(search: string): (person: Person) => boolean {
  return ({ name }) => name.toLowerCase().includes(search.toLowerCase())
}
