import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, fields } from '../terminal/index.js'
import { organizationIn, ownerOptions, selectionOf } from './owner-options.js'

/** `keywright stats` */
export const stats = command({
  name: 'stats',
  summary: 'Count the keys of an organization, or of a user in it, and their calls.',
  options: { ...placeOptions, ...ownerOptions },
  examples: ['stats --organization acme', 'stats --organization acme --user ada --json'],
  run: (given, io) =>
    withKeyring(io, given, async ({ keyring }) => {
      const found = await keyring.stats({ ...selectionOf(given), organizationId: organizationIn(given) })
      if (given.json) await answerJson(io, found)
      else
        await answer(
          io,
          fields([
            ['active', found.active],
            ['disabled', found.disabled],
            ['expired', found.expired],
            ['revoked', found.revoked],
            ['ever created', found.totalCreated],
            ['calls in the last 24 hours', found.callsLast24h],
            ['last call', found.lastCallAt],
          ]),
        )
      return exitCode.ok
    }),
})
