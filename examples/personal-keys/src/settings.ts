import { type FetchHandler, managementApi, nodeListener } from '@keywright/api'
import type { Keyring, Secret } from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import { signInStub } from '@keywright/example-host-stub'
import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import type { FastifyPluginCallback } from 'fastify'
import type { access } from './access.js'
import type { Member } from './people.js'

const page = '/settings/api-keys'

/** "Settings > API keys", where everybody has keys of their own; with the API that the page asks, and a stub of a login. */
export function settings(
  keyring: Keyring<typeof access>,
  people: ReadonlyMap<string, Member>,
  origin: string,
): FastifyPluginCallback {
  const signIn = signInStub(people, page)
  const api = managementApi(keyring, {
    authenticate: (request) => {
      const person = signIn.personOf(request)
      return person && { actor: { type: 'user', id: person.id }, authority: { roles: [person.role] } }
    },
    organization: (request) => signIn.personOf(request)?.organizationId ?? null,
    permissions: { read: 'anyone', create: 'anyone', revoke: 'anyone' },
    describe: ({ users }) => ({
      users: Object.fromEntries([...people].filter(([id]) => users.includes(id)).map(([id, { name }]) => [id, name])),
    }),
  })
  const url = `${origin}/mcp`
  const settingsPage = dashboard(keyring, {
    branding: { productName: 'Team Planner', accent: '#7c3aed' },
    exampleUrl: `${origin}/api/tasks`,
    mcp: { url, clients: (token?: Secret) => clientIds.map((id) => clientConfig(id, { name: 'planner', url, token })) },
    // A key is a name: its rights are those of its person.
    show: { scopes: false, roles: false, presets: false, resources: false },
  })
  return (app, _options, done) => {
    // Fastify's own parsers would read the bodies first.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, read) => read(null))
    const mount = (paths: readonly string[], handler: FetchHandler | { readonly fetch: FetchHandler }) => {
      const listener = nodeListener(handler)
      for (const path of paths) {
        app.all(path, (request, reply) => {
          reply.hijack()
          return listener(request.raw, reply.raw)
        })
      }
    }
    mount(['/api/api-keys', '/api/api-keys/*'], api)
    mount([page, `${page}/*`], settingsPage)
    mount(['/', '/sign-in/*'], signIn)
    done()
  }
}
