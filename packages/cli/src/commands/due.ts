import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, withProgress } from '../terminal/index.js'

/** `keywright due` */
export const due = command({
  name: 'due',
  summary: 'Do what is due by now, once, for a crontab: tell of keys that expire soon, or that nobody uses.',
  details:
    'It may be killed, and run beside others: each notice is told once. Exits with 1 where notices were not taken: they are given again.\nNeeds a configuration whose keyring has notices.',
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
        return done.failed > 0 ? exitCode.refused : exitCode.ok
      },
      { configFor: 'it says of which keys to tell' },
    ),
})

function sentenceOf(
  { expiring, unused, handed, failed }: { expiring: number; unused: number; handed: number; failed: number },
  dryRun: boolean,
): string {
  const found = `${expiring} expiring, ${unused} unused`
  if (dryRun) return `Nothing was done. Due: ${found}.`
  return `Told: ${found}. Taken: ${handed}.${failed === 0 ? '' : ` Not taken, and given again: ${failed}.`}`
}
