import { answerOf, type Client, type Schemas } from '../client/client.js'

/** As many records as one request checks. */
const partSize = 1_000

/** Checks the log from its beginning, a part at a time. `progress` is told how far it came. */
export async function verifyLog(
  client: Client,
  signal: AbortSignal,
  progress: (seq: number) => void,
): Promise<Schemas['AuditVerdict']> {
  let checkpoint: Schemas['AuditVerdict']['checkpoint'] = null
  while (true) {
    const { seq, hash, keyed } = checkpoint ?? {}
    const begin =
      seq === undefined || hash === undefined
        ? {}
        : { after_seq: seq, after_hash: hash, after_keyed: keyed === true ? ('true' as const) : ('false' as const) }
    const query = { limit: partSize, ...begin }
    const verdict: Schemas['AuditVerdict'] = await answerOf(client.GET('/audit/verify', { params: { query }, signal }))
    // What it had checked was archived meanwhile, so the log begins elsewhere now.
    const isArchived = checkpoint !== null && verdict.fault?.problem === 'pruned'
    if (verdict.complete && !isArchived) return verdict
    checkpoint = verdict.checkpoint
    progress(checkpoint?.seq ?? 0)
  }
}
