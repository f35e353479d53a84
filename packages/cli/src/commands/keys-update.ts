import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, usageFailure } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { describeKey } from './describe-key.js'
import { grantOptions, readGrants } from './grant-options.js'
import { keyArgument } from './open-key.js'

/** `keywright keys update` */
export const keysUpdate = command({
  name: 'keys update',
  summary: 'Change what a key is called and may do.',
  details:
    'What is given replaces what was there: with --scope, the key has these scopes and no others.\nNeeds a configuration.',
  takes: [keyArgument],
  options: {
    ...placeOptions,
    name: { type: 'text', value: 'text', summary: 'A new name.' },
    ...grantOptions,
    'no-tags': { type: 'flag', summary: 'Take all tags away.' },
    ...actorOption,
  },
  examples: [
    'keys update a1B2c3D4e5F6 --name nightly --scope tasks.read,tasks.move',
    'keys update a1B2c3D4e5F6 --expires 30d',
    'keys update a1B2c3D4e5F6 --no-tags',
  ],
  run: (given, io, [id = '']) =>
    withKeyring(
      io,
      given,
      async (opened) => {
        const { keyring } = opened
        const { name } = given
        const isUntagged = given['no-tags']
        if (isUntagged && given.tag.length > 0) throw usageFailure('--no-tags takes all tags away: leave out --tag.')
        const changes = {
          ...(name === undefined ? {} : { name }),
          ...(await readGrants(given, keyring)),
          ...(isUntagged ? { tags: [] } : {}),
        }
        if (Object.keys(changes).length === 0)
          throw usageFailure('There is nothing to change: give --name, or what the key may do.')
        const key = await keyring.update(id, changes, { actor: actorOf(given, opened) })
        if (given.json) await answerJson(io, { key })
        else await answer(io, describeKey(key))
        return exitCode.ok
      },
      { configFor: 'scopes are compared with those of the product' },
    ),
})
