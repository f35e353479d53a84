import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ArchivePart } from '@keywright/core'

/** Keeps each part of an audit log as a file of a folder, such as `acme.1-120.jsonl`. What has that name is whole. */
export function archiveIn(folder: string): (part: ArchivePart) => Promise<void> {
  return async ({ organizationId, after, upTo, lines }) => {
    const path = join(folder, `${encodeURIComponent(organizationId)}.${after.seq + 1}-${upTo.seq}.jsonl`)
    const draft = `${path}.${crypto.randomUUID()}` // two runs may write the same part
    await pipeline(lines, createWriteStream(draft, { flush: true }))
    await rename(draft, path)
  }
}
