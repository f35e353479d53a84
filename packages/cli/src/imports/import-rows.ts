import {
  type Actor,
  type ImportInput,
  type ImportResult,
  InvalidState,
  type KeyError,
  type Keyring,
} from '@keywright/core'
import { describeError, exitCode, type Progress } from '../terminal/index.js'
import type { ForeignKey, ReadForeignKey } from './foreign-key.js'
import { type ImportPlan, planImport } from './plan-import.js'
import type { PlacedRow } from './read-rows.js'
import { asTried, trialKeyring } from './trial-keyring.js'

/** What became of a row. */
export interface RowResult {
  readonly line: number
  readonly name: string | null
  /** `present`: it was imported before. `skipped`: it was ended or disabled where it came from. */
  readonly status: 'imported' | 'present' | 'skipped' | 'refused'
  readonly keyId: string | null
  readonly code: string | null
  readonly message: string | null
}

/** How rows are imported. */
export interface RowsImport {
  readonly keyring: Keyring
  readonly actor: Actor
  readonly read: ReadForeignKey
  readonly plan: ImportPlan
  /** Tries what can be tried, and writes nothing. */
  readonly dryRun: boolean
  readonly progress: Progress
}

/** What an import came to. */
export interface ImportReport {
  readonly results: readonly RowResult[]
  /** What ended it before its end; `null`: nothing. It can be run again. */
  readonly fault: { readonly error: unknown } | null
}

/** Between two batches, a person sees how far it is. */
const batchSize = 100

/** Imports rows, each by itself: one that is refused stops no other. */
export async function importRows(rows: AsyncIterable<PlacedRow>, work: RowsImport): Promise<ImportReport> {
  const importMany = work.dryRun
    ? tryOut(work.keyring)
    : (list: readonly ImportInput[]) => work.keyring.importMany(list, { actor: work.actor })
  const results: RowResult[] = []
  try {
    const fault = await importBatches(rows, importMany, work, results)
    return { results, fault: fault === null ? null : { error: fault } }
  } catch (error) {
    // What was imported until then is imported, and has to be told.
    return { results, fault: { error } }
  }
}

async function importBatches(
  rows: AsyncIterable<PlacedRow>,
  importMany: (list: readonly ImportInput[]) => Promise<readonly ImportResult[]>,
  work: RowsImport,
  results: RowResult[],
): Promise<KeyError | null> {
  for await (const batch of inBatches(rows)) {
    const planned = batch.map((placed) => planRow(placed, work))
    const ready = planned.filter((one) => 'input' in one)
    const imported = await importMany(ready.map(({ input }) => input))
    for (const one of planned) {
      if (!('input' in one)) {
        results.push(one)
        continue
      }
      const result = imported[ready.indexOf(one)]
      if (result === undefined) continue
      const fault = faultOf(result)
      if (fault !== null) return fault
      results.push(settle(one, result))
    }
    work.progress.say(`${results.length} keys`)
  }
  return null
}

interface PlannedRow {
  readonly line: number
  readonly input: ImportInput
}

function planRow({ line, row }: PlacedRow, { read, plan }: RowsImport): PlannedRow | RowResult {
  let name: string | null = null
  try {
    const key = read(row)
    name = key.name
    const over = whyOver(key)
    if (over !== null) return { line, name, status: 'skipped', keyId: null, code: null, message: over }
    return { line, input: planImport(key, plan) }
  } catch (error) {
    return refused(line, name, error)
  }
}

/** A key that is disabled is not imported to be disabled here: until that is done, its token would work. */
function whyOver({ isEnded, isEnabled, expiresAt }: ForeignKey): string | null {
  if (isEnded || (expiresAt !== null && expiresAt.getTime() <= Date.now())) return 'It has ended where it came from.'
  return isEnabled ? null : 'It is disabled where it came from.'
}

function refused(line: number, name: string | null, error: unknown): RowResult {
  const { code, message } = describeError(error)
  return { line, name, status: 'refused', keyId: null, code, message }
}

function settle({ line, input }: PlannedRow, result: ImportResult): RowResult {
  const keyId = result.ok ? result.key.id : presentId(result.error)
  if (keyId === null) return refused(line, input.name, result.ok ? null : result.error)
  const status = result.ok ? 'imported' : 'present'
  return { line, name: input.name, status, keyId, code: null, message: null }
}

/** The id of the key that was imported before. */
function presentId(error: KeyError): string | null {
  const { keyId, status } = error as Partial<Record<'keyId' | 'status', unknown>> // fields of `InvalidState`
  return error.code === 'invalid_state' && status === 'imported_already' ? String(keyId) : null
}

function faultOf(result: ImportResult): KeyError | null {
  if (result.ok) return null
  return describeError(result.error).exit === exitCode.unavailable ? result.error : null
}

/** Imports into memory, and looks whether such a key is there: its id is made of its secret. */
function tryOut(keyring: Keyring): (list: readonly ImportInput[]) => Promise<readonly ImportResult[]> {
  const trial = trialKeyring(keyring)
  return async (list) => {
    const results = await trial.importMany(list.map(asTried))
    return Promise.all(results.map((result) => withPresence(keyring, result)))
  }
}

async function withPresence(keyring: Keyring, result: ImportResult): Promise<ImportResult> {
  if (!result.ok || (await keyring.get(result.key.id)) === null) return result
  return { ok: false, error: new InvalidState(result.key.id, 'imported_already', 'import') }
}

async function* inBatches(rows: AsyncIterable<PlacedRow>): AsyncGenerator<readonly PlacedRow[]> {
  let batch: PlacedRow[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
