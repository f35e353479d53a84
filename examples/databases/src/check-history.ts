import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type AuditKeyRing, type AuditVerdict, type Keyring, verifyAuditExport } from '@keywright/core'

/** Checks that what was archived of an organization, and what is in its log, is one chain from the first record on. */
export async function checkHistory(
  keyring: Pick<Keyring, 'audit'>,
  { folder, organizationId, auditKeys }: { folder: string; organizationId: string; auditKeys?: AuditKeyRing },
): Promise<AuditVerdict> {
  const log = keyring.audit.export({ organizationId, format: 'jsonl' })[Symbol.asyncIterator]()
  const { value: first = '' } = await log.next() // there is one: the export itself is a record
  const files = await partsBefore(folder, organizationId, Number(JSON.parse(first).seq))
  async function* lines(): AsyncGenerator<string> {
    for (const file of files) yield* createInterface({ input: createReadStream(join(folder, file)) })
    yield first
    for (let line = await log.next(); line.done !== true; line = await log.next()) yield line.value
  }
  return verifyAuditExport(lines(), { auditKeys })
}

/** The parts before a record, in their order. One that ends where no other begins was archived by a run that was killed. */
async function partsBefore(folder: string, organizationId: string, seq: number): Promise<readonly string[]> {
  const parts = (await readdir(folder)).flatMap((file) => {
    const [, of, begin, end] = /^(.+)\.(\d+)-(\d+)\.jsonl$/.exec(file) ?? []
    return of === encodeURIComponent(organizationId) ? [{ file, begin: Number(begin), end: Number(end) }] : []
  })
  const files: string[] = []
  for (let last = seq - 1; last > 0; ) {
    const part = parts.find(({ end }) => end === last)
    if (part === undefined) throw new Error(`The part that ends with record ${last} of ${organizationId} is missing.`)
    files.unshift(part.file)
    last = part.begin - 1
  }
  return files
}
