import { command } from '../arguments/index.js'
import { changeKey, changeOptions, confirmOption } from './change-key.js'
import { keyArgument } from './open-key.js'

/** `keywright keys disable` */
export const keysDisable = command({
  name: 'keys disable',
  summary: 'Refuse the requests of a key, until it is enabled.',
  details: 'It is locked then: its owner cannot enable it.',
  takes: [keyArgument],
  options: {
    ...changeOptions,
    reason: { type: 'text', value: 'text', summary: 'For people, at most 200 characters.' },
    ...confirmOption,
  },
  examples: ['keys disable a1B2c3D4e5F6 --reason "seen in a log" --yes'],
  run: (given, io, [id = '']) =>
    changeKey(io, given, {
      id,
      question: 'Refuse all requests of key',
      change: ({ keyring }, options) => keyring.disable(id, { reason: given.reason }, options),
    }),
})
