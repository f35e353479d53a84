import { createReadStream } from 'node:fs'
import { extname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Failure, type Io, usageFailure } from '../terminal/index.js'
import type { Row } from './fields.js'

/** The forms of files. */
export const fileForms = ['csv', 'jsonl', 'json'] as const

/** One of {@link fileForms}. */
export type FileForm = (typeof fileForms)[number]

/** A row, and where it stands: the line of a file of lines, or the place in a list of JSON. */
export interface PlacedRow {
  readonly line: number
  readonly row: Row
}

/**
 * Reads rows from a file, or from standard input, as they come.
 *
 * @throws Failure (while iterating) for what is not of that form. It does not hold what was read.
 */
export function readRows(io: Io, path: string, given: FileForm | undefined): AsyncIterable<PlacedRow> {
  const form = given ?? fileForms.find((one) => extname(path) === `.${one}`)
  if (form === undefined)
    throw usageFailure(`--form is missing: one of ${fileForms.join(', ')}. The name of the file does not say it.`)
  return guarded(() => readers[form](path === '-' ? io.stdin : createReadStream(resolve(io.folder, path))))
}

/** Opens the file when its first row is asked for: until then, nobody would hear of its error. */
async function* guarded(open: () => AsyncIterable<PlacedRow>): AsyncGenerator<PlacedRow> {
  try {
    yield* open()
  } catch (error) {
    if (error instanceof Failure) throw error
    // What a parser says holds what it read: a token, or a hash.
    const { code, lines } = error as NodeJS.ErrnoException & { readonly lines?: number } // of a stream or a parser
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : notOfForm(lines)
    throw new Failure('unreadable_file', `The file cannot be read: ${why}.`)
  }
}

function notOfForm(line: number | undefined): string {
  return line === undefined ? 'it is not of that form' : `line ${line} is not of that form`
}

const readers: Readonly<Record<FileForm, (input: Readable) => AsyncIterable<PlacedRow>>> = {
  csv: readCsv,
  jsonl: readLines,
  json: readList,
}

async function* readCsv(input: Readable): AsyncGenerator<PlacedRow> {
  const { parse } = await import('csv-parse')
  // A stream does not hand its error on to the next one.
  const parser = parse({ columns: true, bom: true, skip_empty_lines: true, trim: true, info: true })
  input.once('error', (error) => parser.destroy(error))
  for await (const { record, info } of input.pipe(parser)) yield { line: info.lines, row: record }
}

async function* readLines(input: Readable): AsyncGenerator<PlacedRow> {
  let line = 0
  let fault: unknown = null
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  input.once('error', (error) => {
    fault = error
    lines.close()
  })
  for await (const content of lines) {
    line += 1
    if (content.trim() !== '') yield { line, row: rowOf(content, line) }
  }
  if (fault !== null) throw fault
}

async function* readList(input: Readable): AsyncGenerator<PlacedRow> {
  const value: unknown = JSON.parse(await text(input))
  // What APIs answer: a list, or an object with the list in `data` or `keys`.
  const list = Array.isArray(value) ? value : Object.values(Object(value)).find((part) => Array.isArray(part))
  if (!Array.isArray(list)) throw usageFailure('The file must hold a list of JSON objects.')
  for (const [index, row] of list.entries()) yield { line: index + 1, row: requireObject(row, index + 1) }
}

function rowOf(content: string, line: number): Row {
  try {
    return requireObject(JSON.parse(content), line)
  } catch {
    throw usageFailure(`Line ${line} must be a JSON object.`)
  }
}

function requireObject(value: unknown, line: number): Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row // as was just asked
  throw usageFailure(`Entry ${line} must be a JSON object.`)
}
