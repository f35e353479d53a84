import type { DoctorFinding } from '@keywright/core'
import { command } from '../arguments/index.js'
import { type OpenKeyring, placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, note, plainText, withoutSecrets, withProgress } from '../terminal/index.js'

/** What a keyring cannot know that was made of a database alone: the product may have other peppers beside the one given. */
const ofTheConfig: readonly DoctorFinding['code'][] = [
  'unknown_names',
  'policy_broken',
  'unreadable_hashes',
  'unreadable_seals',
  'no_pepper',
]

/** `keywright doctor` */
export const doctor = command({
  name: 'doctor',
  summary: 'Examine the database, its tables and grants, peppers, clocks and scopes: exit 1 where something is found.',
  options: placeOptions,
  examples: ['doctor', 'doctor --json', 'doctor --database-url postgres://localhost/app'],
  run: (given, io) =>
    withKeyring(io, given, async (opened) => {
      const all = await withProgress(io, 'Examining', () => opened.keyring.doctor())
      const left = unexamined(opened)
      const findings = all
        .filter(({ code }) => !left.includes(code))
        .map((one) => ({ ...one, message: withoutSecrets(one.message, io, given['database-url']) }))
      if (given.json) await answerJson(io, { findings, unexamined: left })
      else {
        if (findings.length === 0) await answer(io, 'All is well.')
        for (const { severity, code, message } of findings)
          await answer(io, `${severity} ${code}: ${plainText(message)}`)
        if (left.length > 0) await note(io, `Not examined, because there is no configuration: ${left.join(', ')}.`)
      }
      return findings.length === 0 ? exitCode.ok : exitCode.refused
    }),
})

function unexamined({ from, hasPepper }: OpenKeyring): readonly DoctorFinding['code'][] {
  if (from === 'config') return []
  return hasPepper ? ofTheConfig : [...ofTheConfig, 'wrong_pepper']
}
