import type { Owner } from '@keywright/core'
import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { exitCode } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { grantOptions, readGrants } from './grant-options.js'
import { organizationIn, ownerOptions } from './owner-options.js'
import { showToken } from './show-token.js'

/** `keywright keys create` */
export const keysCreate = command({
  name: 'keys create',
  summary: 'Create a key, and write its token once.',
  details:
    'The token is on standard output, and everything else on standard error: nothing else can be mistaken for it in a pipe.\nNeeds a configuration: a database does not know which scopes there are.',
  takes: [{ name: 'name', summary: 'What people call the key.' }],
  options: {
    ...placeOptions,
    ...ownerOptions,
    ...grantOptions,
    environment: { type: 'text', value: 'name', summary: 'One of the keyring. Default: that of the keyring.' },
    'copy-from': { type: 'text', value: 'id', summary: 'A key: what is left out here is as it is there.' },
    ...actorOption,
  },
  examples: [
    'keys create ci --organization acme --user ada --scope tasks.read --expires 90d',
    'keys create ci --organization acme --scope tasks.read --tag production --tag "team blue"',
    'keys create backup --organization acme --preset read-only --allow-ip 192.0.2.0/24',
    'keys create agent --organization acme --scope tasks.read --dpop-jkt NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    'keys create ci-2 --copy-from a1B2c3D4e5F6 | gh secret set API_KEY',
  ],
  run: (given, io, [name = '']) =>
    withKeyring(
      io,
      given,
      async (opened) => {
        const { keyring } = opened
        const { environment, 'copy-from': copyFrom } = given
        const input = {
          name,
          ...(await readGrants(given, keyring)),
          ...(environment === undefined ? {} : { environment }),
        }
        const options = { actor: actorOf(given, opened) }
        const isOwned = copyFrom === undefined || given.organization !== undefined
        const owner = isOwned ? { owner: ownerIn(given) } : {}
        const created =
          copyFrom === undefined
            ? await keyring.create({ ...input, owner: ownerIn(given) }, options)
            : await keyring.create({ ...input, ...owner, copyFrom }, options)
        await showToken(io, created, given.json)
        return exitCode.ok
      },
      { configFor: 'a new key is given scopes, and a token of the form that the product has' },
    ),
})

function ownerIn(given: { organization: string | undefined; user: string | undefined }): Owner {
  const organizationId = organizationIn(given)
  return given.user === undefined
    ? { type: 'organization', id: organizationId }
    : { type: 'user', id: given.user, organizationId }
}
