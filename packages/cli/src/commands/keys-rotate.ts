import { command, readDurationMs } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { confirmChange, exitCode } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { confirmOption } from './change-key.js'
import { keyArgument, nameOf, readKey } from './open-key.js'
import { showToken } from './show-token.js'

/** `keywright keys rotate` */
export const keysRotate = command({
  name: 'keys rotate',
  summary: 'Give a key a new token, and write it once.',
  details:
    'The token is on standard output, and everything else on standard error.\nNeeds a configuration: a database does not know how tokens are made and hashed.',
  takes: [keyArgument],
  options: {
    ...placeOptions,
    grace: {
      type: 'text',
      value: 'time',
      summary: 'How long the old token still works, at most 7d. Default: not at all.',
    },
    ...actorOption,
    ...confirmOption,
  },
  examples: ['keys rotate a1B2c3D4e5F6 --grace 1d --yes', 'keys rotate a1B2c3D4e5F6 --yes --json'],
  run: (given, io, [id = '']) =>
    withKeyring(
      io,
      given,
      async (opened) => {
        const graceMs = readDurationMs(given.grace, 'grace') ?? 0
        const key = await readKey(opened, id)
        const end = graceMs === 0 ? 'which ends its old token at once' : `whose old token works ${given.grace} longer`
        await confirmChange(io, `Make a new token, ${end}, for key ${nameOf(key)}?`, given.yes)
        const rotated = await opened.keyring.rotate(
          id,
          { graceMs },
          { actor: actorOf(given, opened), ifVersion: key.version },
        )
        await showToken(io, rotated, given.json)
        return exitCode.ok
      },
      { configFor: 'a new token has the form that the product has, and is hashed with its peppers' },
    ),
})
