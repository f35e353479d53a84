import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answerJson, exitCode, Failure, note, type Progress, withProgress, write } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { auditOptions, readAuditFilter } from './audit-options.js'
import { plainLogOption, requireAuditKey } from './open-key.js'

const formats = ['jsonl', 'csv'] as const

/** `keywright audit export` */
export const auditExport = command({
  name: 'audit export',
  summary: 'Write an audit log, oldest record first, as lines of JSON or CSV.',
  details:
    'The export is itself recorded. keywright audit verify --file checks one that was written without a filter, as jsonl.',
  options: {
    ...placeOptions,
    ...auditOptions,
    format: { type: 'text', value: 'name', summary: 'Default: jsonl.', choices: formats },
    output: { type: 'text', value: 'file', summary: 'A file that is not there yet. Default: standard output.' },
    ...actorOption,
    ...plainLogOption,
  },
  examples: [
    'audit export --organization acme --output acme.jsonl',
    'audit export --organization acme --format csv | gzip > acme.csv.gz',
  ],
  run: (given, io) =>
    withKeyring(io, given, async (opened) => {
      const filter = readAuditFilter(given)
      await requireAuditKey(opened, filter.organizationId, given)
      const format = formats.find((one) => one === given.format) ?? 'jsonl'
      const lines = opened.keyring.audit.export({ ...filter, format }, { actor: actorOf(given, opened) })
      const { output } = given
      if (output === undefined) {
        // A pipeline is done when the last line is handed over, which is before it is written: the program ends then.
        for await (const line of lines) await write(io.stdout, line)
        return exitCode.ok
      }
      const path = resolve(io.folder, output)
      const count = await withProgress(io, 'Exporting', (progress) => writeNew(path, lines, progress))
      const records = format === 'csv' ? count - 1 : count
      if (given.json) await answerJson(io, { file: output, records })
      else await note(io, `Wrote ${records} records to ${output}.`)
      return exitCode.ok
    }),
})

async function writeLines(lines: AsyncIterable<string>, file: Writable, progress: Progress): Promise<number> {
  let count = 0
  async function* counted(): AsyncIterable<string> {
    for await (const line of lines) {
      count += 1
      if (count % 1_000 === 0) progress.say(`Exporting: ${count} lines`)
      yield line
    }
  }
  await pipeline(Readable.from(counted()), file)
  return count
}

/** Writes beside the file, and gives it its name when it is whole. */
async function writeNew(path: string, lines: AsyncIterable<string>, progress: Progress): Promise<number> {
  const part = `${path}.part`
  const file = await openNew(path, part)
  try {
    const count = await writeLines(lines, file, progress)
    await rename(part, path)
    return count
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** Never over an older export: it may be the only one that shows what was changed since. Opened first: an export is recorded. */
async function openNew(path: string, part: string): Promise<Writable> {
  if (existsSync(path)) throw new Failure('unreadable_file', 'The file of --output is there already: name another.')
  const file = await open(part, 'wx', 0o600).catch((cause: unknown) => {
    throw new Failure('unreadable_file', 'The file of --output cannot be written.', { cause })
  })
  return file.createWriteStream()
}
