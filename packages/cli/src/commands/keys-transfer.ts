import { command } from '../arguments/index.js'
import { usageFailure } from '../terminal/index.js'
import { changeKey, changeOptions, confirmOption } from './change-key.js'
import { keyArgument } from './open-key.js'
import { organizationOf } from './owner-options.js'

/** `keywright keys transfer` */
export const keysTransfer = command({
  name: 'keys transfer',
  summary: 'Give a key of the organization to somebody else there.',
  details: 'Its token stays. With --owner, it does no more than that user may from the next request on.',
  takes: [keyArgument],
  options: {
    ...changeOptions,
    owner: { type: 'text', value: 'id', summary: 'The user that the key acts as from now on.' },
    creator: { type: 'text', value: 'id', summary: 'The user who answers for the key from now on.' },
    ...confirmOption,
  },
  examples: ['keys transfer a1B2c3D4e5F6 --creator bob --yes'],
  run: (given, io, [id = '']) => {
    const { owner, creator } = given
    if (owner === undefined && creator === undefined) throw usageFailure('--owner or --creator is missing: give one.')
    return changeKey(io, given, {
      id,
      question: `Give to ${owner ?? creator ?? ''} key`,
      change: async ({ keyring }, options) => {
        const key = await keyring.get(id)
        const organizationId = key === null ? '' : organizationOf(key.owner)
        return keyring.transfer(
          id,
          {
            ...(owner === undefined ? {} : { owner: { type: 'user', id: owner, organizationId } }),
            ...(creator === undefined ? {} : { createdBy: { type: 'user', id: creator } }),
          },
          options,
        )
      },
    })
  },
})
