import { command } from '../arguments/index.js'
import { changeKey, changeOptions } from './change-key.js'
import { keyArgument } from './open-key.js'

/** `keywright keys enable` */
export const keysEnable = command({
  name: 'keys enable',
  summary: 'Let a disabled key work again, with the same token.',
  details: 'With a database alone, the limits of plans are not looked at.',
  takes: [keyArgument],
  options: changeOptions,
  examples: ['keys enable a1B2c3D4e5F6', 'keys enable a1B2c3D4e5F6 --dry-run'],
  run: (given, io, [id = '']) =>
    changeKey(io, given, { id, change: ({ keyring }, options) => keyring.enable(id, options) }),
})
