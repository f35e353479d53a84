import type { DueResult } from '@keywright/core'
import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, withProgress } from '../terminal/index.js'

/** `keywright due` */
export const due = command({
  name: 'due',
  summary:
    'Do what is due by now, once, for a crontab: rotate by schedule, tell of keys that expire soon or that nobody uses.',
  details:
    'It may be killed, and run beside others: each notice is told once. Exits with 1 where notices or new tokens were not taken: they are given again.\nNeeds a configuration whose keyring has notices or rotation.',
  options: {
    ...placeOptions,
    'dry-run': { type: 'flag', summary: 'Count what is due, and do nothing.' },
  },
  examples: ['due', 'due --dry-run --json'],
  run: (given, io) =>
    withKeyring(
      io,
      given,
      async ({ keyring }) => {
        const dryRun = given['dry-run']
        let count = 0
        const done = await withProgress(io, 'Looking for what is due', (progress) =>
          keyring.runDue({
            dryRun,
            onProgress: (step) => {
              count += step.step === 'handed' ? 0 : step.count
              progress.say(`${count} told`)
            },
          }),
        )
        if (given.json) await answerJson(io, { dryRun, ...done })
        else await answer(io, sentenceOf(done, dryRun))
        return done.failed + done.undelivered > 0 ? exitCode.refused : exitCode.ok
      },
      { configFor: 'it says of which keys to tell, and where new tokens go' },
    ),
})

function sentenceOf(
  { expiring, unused, handed, failed, rotated, delivered, undelivered }: DueResult,
  dryRun: boolean,
): string {
  const found = `${expiring} expiring, ${unused} unused`
  if (dryRun) return `Nothing was done. Due: ${found}, ${rotated} to rotate.`
  const told = `Told: ${found}. Taken: ${handed}.${failed === 0 ? '' : ` Not taken, and given again: ${failed}.`}`
  const waiting = undelivered === 0 ? '' : ` Not delivered, and given again: ${undelivered}.`
  return `${told}\nRotated: ${rotated}. Delivered: ${delivered}.${waiting}`
}
