import type { AuditCheckpoint, Keyring } from '@keywright/core'

/** Where you keep checkpoints: not in the database of the keys. */
export interface Checkpoints {
  read(organizationId: string): Promise<AuditCheckpoint | undefined>
  write(organizationId: string, checkpoint: AuditCheckpoint): Promise<void>
}

/** Checks the audit log of each organization, and returns those whose log is not as it was written. */
export async function checkAuditLogs(
  keyring: Pick<Keyring, 'audit'>,
  organizationIds: readonly string[],
  checkpoints: Checkpoints,
): Promise<readonly string[]> {
  const broken: string[] = []
  for (const organizationId of organizationIds) {
    const checkpoint = await checkpoints.read(organizationId)
    const verdict = await keyring.audit.verify({ organizationId, checkpoint })
    if (verdict.ok) await checkpoints.write(organizationId, verdict.checkpoint)
    else broken.push(`${organizationId} is ${verdict.problem} at record ${verdict.seq}`)
  }
  return broken
}
