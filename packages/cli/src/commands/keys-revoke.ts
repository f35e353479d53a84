import { command, readDate } from '../arguments/index.js'
import { changeKey, changeOptions, confirmOption } from './change-key.js'
import { keyArgument } from './open-key.js'

/** `keywright keys revoke` */
export const keysRevoke = command({
  name: 'keys revoke',
  summary: 'End a key for good: from the next request on, no token of it works.',
  takes: [keyArgument],
  options: {
    ...changeOptions,
    reason: { type: 'text', value: 'text', summary: 'For people, at most 200 characters. A leaked key: leaked.' },
    at: { type: 'text', value: 'date', summary: 'When it ends. Default: now.' },
    ...confirmOption,
  },
  examples: ['keys revoke a1B2c3D4e5F6 --reason leaked --yes', 'keys revoke a1B2c3D4e5F6 --at 2027-01-31 --yes'],
  run: (given, io, [id = '']) => {
    const at = readDate(given.at, 'at')
    return changeKey(io, given, {
      id,
      question: at === undefined ? 'Revoke for good key' : `Let end at ${at.toISOString()} key`,
      change: ({ keyring }, options) =>
        keyring.revoke(id, { reason: given.reason, ...(at === undefined ? {} : { at }) }, options),
    })
  },
})
