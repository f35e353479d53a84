import type { ImportInput } from '@keywright/core'
import { command, type Given, readWholeNumber } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import {
  fileForms,
  type ImportPlan,
  type ImportReport,
  importRows,
  products,
  type RowResult,
  readRows,
} from '../imports/index.js'
import {
  answer,
  answerJson,
  describeError,
  exitCode,
  Failure,
  type Io,
  note,
  table,
  usageFailure,
  withoutSecrets,
  withProgress,
} from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'

const sources = ['better-auth', 'unkey', 'keypal', 'table'] as const satisfies (keyof typeof products)[]
const holders = ['user', 'organization', 'both'] as const

const planOptions = {
  organization: { type: 'text', value: 'id', summary: 'The organization of keys that name none.' },
  holders: {
    type: 'text',
    value: 'kind',
    summary: 'What those are whose keys they are: users, organizations, or both in one. Default: user.',
    choices: holders,
  },
  scope: {
    type: 'texts',
    value: 'scope',
    summary: 'What every key gets, in place of its own scopes. May be repeated.',
  },
  preset: { type: 'text', value: 'name', summary: 'The same, as a named set of scopes.' },
  role: { type: 'texts', value: 'name', summary: 'The same, as a role. May be repeated.' },
  'map-scope': { type: 'texts', value: 'old=new', summary: 'Another name for a scope of the keys. May be repeated.' },
  'entropy-bits': {
    type: 'text',
    value: 'count',
    summary: 'The random bits of a token. Default: what the product makes.',
  },
} as const

/** `keywright import` */
export const importKeys = command({
  name: 'import',
  summary: 'Take over keys of better-auth, Unkey, keypal or a table of hashes: their tokens go on working.',
  details:
    'It can be run again: what is there already stays as it is. Keys that have ended or are disabled are skipped.\nWith --dry-run nothing is written; plans, and what the actor may give, are not tried.\nNeeds a configuration whose keyring has imports.',
  takes: [{ name: 'file', summary: 'The rows, as .csv, .jsonl or .json; - is standard input.' }],
  options: {
    ...placeOptions,
    from: { type: 'text', value: 'product', summary: 'Where the keys come from.', choices: sources },
    form: {
      type: 'text',
      value: 'name',
      summary: 'What the file is, where its name does not say it.',
      choices: fileForms,
    },
    ...planOptions,
    'dry-run': { type: 'flag', summary: 'Try every row, and write nothing.' },
    ...actorOption,
  },
  examples: [
    'import apikey.csv --from better-auth --organization acme --dry-run',
    'import keys.json --from unkey --holders both --map-scope read=tasks.read',
    'import keys.jsonl --from table --scope tasks.read --entropy-bits 190 --json',
  ],
  run: (given, io, [file = '']) => {
    const source = sources.find((one) => one === given.from)
    if (source === undefined) throw usageFailure(`--from is missing: one of ${sources.join(', ')}.`)
    const plan = readPlan(given, source)
    const rows = readRows(
      io,
      file,
      fileForms.find((one) => one === given.form),
    )
    const clean = (message: string) => withoutSecrets(message, io, given['database-url'])
    return withKeyring(
      io,
      given,
      async (opened) => {
        const dryRun = given['dry-run']
        const { keyring } = opened
        const told = await withProgress(io, dryRun ? 'Trying' : 'Importing', (progress) =>
          importRows(rows, { keyring, actor: actorOf(given, opened), read: products[source], plan, dryRun, progress }),
        )
        const report = { ...told, results: told.results.map((one) => cleaned(one, clean)) }
        if (report.fault !== null && report.results.length === 0) throw report.fault.error
        await show(io, report, { dryRun, isJson: given.json })
        if (report.fault !== null) throw stopped(report)
        return report.results.some(({ status }) => status === 'refused') ? exitCode.refused : exitCode.ok
      },
      { configFor: 'scopes are compared with those of the product' },
    )
  },
})

function readPlan(given: Given<typeof planOptions>, source: string): ImportPlan {
  const { organization, scope, preset, role } = given
  return {
    source,
    organization,
    holders: holders.find((one) => one === given.holders) ?? 'user',
    grants: {
      ...(scope.length === 0 ? {} : { scopes: scope as NonNullable<ImportInput['scopes']> }), // the keyring compares them with its model
      ...(preset === undefined ? {} : { preset }),
      ...(role.length === 0 ? {} : { roles: role }),
    },
    isGiven: scope.length > 0 || preset !== undefined || role.length > 0,
    names: new Map(given['map-scope'].map(readName)),
    entropyBits: readWholeNumber(given['entropy-bits'], 'entropy-bits'),
  }
}

function readName(value: string): readonly [string, string] {
  const [, old, name] = /^([^=]+)=([^=]+)$/.exec(value) ?? []
  if (old === undefined || name === undefined)
    throw usageFailure('--map-scope must be two names, such as read=tasks.read.')
  return [old, name]
}

/** A driver or a function of the project may have put a password into what it says. */
function cleaned(result: RowResult, clean: (message: string) => string): RowResult {
  return { ...result, message: result.message === null ? null : clean(result.message) }
}

/** What an import ends with that broke off: rows before that are imported, so not what says that nothing was done. */
function stopped({ results, fault }: ImportReport): unknown {
  const error = fault?.error
  const last = results.at(-1)
  if (last === undefined || describeError(error).exit === exitCode.unavailable) return error
  const message = `The import stopped after row ${last.line}. It can be run again.`
  return new Failure('import_stopped', message, { cause: error })
}

const kinds = ['imported', 'present', 'skipped', 'refused'] as const satisfies RowResult['status'][]

async function show(io: Io, { results }: ImportReport, { dryRun, isJson }: { dryRun: boolean; isJson: boolean }) {
  const counts = kinds.map((kind) => [kind, results.filter(({ status }) => status === kind).length] as const)
  if (isJson) return answerJson(io, { dryRun, ...Object.fromEntries(counts), results })
  const told = results.filter(({ status }) => status === 'refused' || status === 'skipped')
  if (told.length > 0) {
    const rows = told.map(({ line, name, status, code, message }) => [line, name, status, code, message] as const)
    await note(io, table(['ROW', 'NAME', 'STATUS', 'CODE', 'MESSAGE'], rows, io.stderr).trimEnd())
  }
  const [imported, ...others] = counts.map(([kind, count]) => `${count} ${kind}`)
  await answer(io, `${dryRun ? 'Nothing was written. Would be: ' : ''}${imported}, ${others.join(', ')}.`)
}
