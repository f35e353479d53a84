import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode } from '../terminal/index.js'
import { describeKey } from './describe-key.js'
import { keyArgument, readKey } from './open-key.js'

/** `keywright keys show` */
export const keysShow = command({
  name: 'keys show',
  summary: 'Show one key. Its token cannot be shown.',
  takes: [keyArgument],
  options: placeOptions,
  examples: ['keys show a1B2c3D4e5F6', 'keys show a1B2c3D4e5F6 --json'],
  run: (given, io, [id = '']) =>
    withKeyring(io, given, async (opened) => {
      const key = await readKey(opened, id)
      if (given.json) await answerJson(io, { key })
      else await answer(io, describeKey(key))
      return exitCode.ok
    }),
})
