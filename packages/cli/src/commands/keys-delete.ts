import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, confirmChange, exitCode } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { confirmOption } from './change-key.js'
import { keyArgument, nameOf, plainLogOption, readKey, requireAuditKey } from './open-key.js'
import { organizationOf } from './owner-options.js'

/** `keywright keys delete` */
export const keysDelete = command({
  name: 'keys delete',
  summary: 'Remove a key. Its id, name, owner and dates stay, for the audit log.',
  takes: [keyArgument],
  options: { ...placeOptions, ...actorOption, ...plainLogOption, ...confirmOption },
  examples: ['keys delete a1B2c3D4e5F6 --yes'],
  run: (given, io, [id = '']) =>
    withKeyring(io, given, async (opened) => {
      const key = await readKey(opened, id)
      await requireAuditKey(opened, organizationOf(key.owner), given)
      await confirmChange(io, `Delete key ${nameOf(key)}?`, given.yes)
      // What was asked about is what is deleted.
      await opened.keyring.delete(id, { actor: actorOf(given, opened), ifVersion: key.version })
      if (given.json) await answerJson(io, { deleted: id })
      else await answer(io, `Key ${id} is deleted.`)
      return exitCode.ok
    }),
})
