import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AuditKeyRing, type AuditVerdict, type Keyring, verifyAuditExport } from '@keywright/core'

/** Checks that what was archived of an organization, and what is in its log, is one chain from the first record on. */
export async function checkHistory(
  keyring: Pick<Keyring, 'audit'>,
  { folder, organizationId, auditKeys }: { folder: string; organizationId: string; auditKeys?: AuditKeyRing },
): Promise<AuditVerdict> {
  const log: string[] = []
  for await (const line of keyring.audit.export({ organizationId, format: 'jsonl' })) log.push(line)
  const [first = ''] = log
  const archived = await partsBefore(folder, organizationId, Number(JSON.parse(first).seq))
  return verifyAuditExport([...archived, ...log], { auditKeys })
}

/** The lines of the parts before a record. A part that ends where no other begins was archived by a run that was killed. */
async function partsBefore(folder: string, organizationId: string, seq: number): Promise<readonly string[]> {
  const parts = (await readdir(folder)).flatMap((file) => {
    const [, of, begin, end] = /^(.+)\.(\d+)-(\d+)\.jsonl$/.exec(file) ?? []
    return of === encodeURIComponent(organizationId) ? [{ file, begin: Number(begin), end: Number(end) }] : []
  })
  const lines: string[] = []
  for (let last = seq - 1; last > 0; ) {
    const part = parts.find(({ end }) => end === last)
    if (part === undefined) throw new Error(`The part that ends with record ${last} of ${organizationId} is missing.`)
    lines.unshift(...(await readFile(join(folder, part.file), 'utf8')).split('\n'))
    last = part.begin - 1
  }
  return lines
}
