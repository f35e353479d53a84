import type { Keyring } from '@keywright/core'
import { archiveIn } from './archive-in-folder.js'

const days = 86_400_000

/** What a scheduler runs once a night. If it is killed, or two run at once, the next one goes on. */
export async function pruneNightly(keyring: Pick<Keyring, 'prune'>, folder: string): Promise<void> {
  const { broken, ...done } = await keyring.prune(
    {
      audit: { olderThanMs: 400 * days, archive: archiveIn(folder) },
      usageOlderThanMs: 93 * days,
      tombstonesOlderThanMs: 400 * days,
    },
    { actor: { type: 'system', id: 'prune-nightly' } },
  )
  console.info('pruned', done)
  for (const { organizationId, problem, seq } of broken) {
    console.error(`The audit log of ${organizationId} is ${problem} at record ${seq}, and stays as it is.`)
  }
}
