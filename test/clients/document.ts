import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ManagementApi, managementApi, nodeListener } from '@keywright/api'
import { createKeyring, defineAccess, memoryStore } from '@keywright/core'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create API keys',
    'api_keys.revoke': 'Revoke API keys',
    'api_keys.manage_all': 'Manage the keys of others',
    'audit.read': 'View the audit log',
    'audit.export': 'Export the audit log',
    'members.read': 'View members',
    'tasks.read': 'View tasks',
  },
  presets: { people: ['members.read'] },
  roles: { planner: ['members.read'] },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})

/** The API of a product in which everybody is ada, who may do everything. */
export function apiOfAda(): ManagementApi {
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    access,
    store: memoryStore(),
    resolveOwner: () => ({ scopes: ['*'] }),
  })
  return managementApi(keyring, {
    authenticate: () => ({ actor: { type: 'user', id: 'ada' }, authority: { scopes: ['*'] }, ambient: false }),
    organization: () => 'acme',
  })
}

/** Serves it on a port of its own. */
export async function serve(api: ManagementApi): Promise<{ readonly origin: string; close(): void }> {
  const listener = nodeListener(api)
  const server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
