import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Database from 'libsql'

// What docs/HRANA_3_SPEC.md of tursodatabase/libsql says of Hrana over HTTP, in JSON: versions 2 and 3.
type Value =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string }

interface Stmt {
  readonly sql?: string | null
  readonly sql_id?: number | null
  readonly args?: readonly Value[]
  readonly named_args?: readonly unknown[]
  readonly want_rows?: boolean
}

type Condition =
  | { readonly type: 'ok' | 'error'; readonly step: number }
  | { readonly type: 'not'; readonly cond: Condition }
  | { readonly type: 'and' | 'or'; readonly conds: readonly Condition[] }
  | { readonly type: 'is_autocommit' }

interface Step {
  readonly condition?: Condition | null
  readonly stmt: Stmt
}

type StreamRequest =
  | { readonly type: 'close' | 'get_autocommit' }
  | { readonly type: 'execute'; readonly stmt: Stmt }
  | { readonly type: 'batch'; readonly batch: { readonly steps: readonly Step[] } }
  | ({ readonly type: 'sequence' | 'describe' } & Pick<Stmt, 'sql' | 'sql_id'>)
  | { readonly type: 'store_sql'; readonly sql_id: number; readonly sql: string }
  | { readonly type: 'close_sql'; readonly sql_id: number }

/** A stream: a connection to SQLite of its own, and the texts that its client has stored. */
interface Stream {
  readonly database: Database.Database
  readonly texts: Map<number, string>
}

interface Outcome {
  readonly result: object | null
  readonly error: { readonly message: string; readonly code: string } | null
}

/** Where a server keeps its data, and what it does beside the specification. */
export interface HranaOptions {
  readonly path: string
  /** An older copy: as a replica does, the server reads from it what writes nothing, and sends everything else to the primary. */
  readonly replicaPath?: string
  /** Called with each pipeline before its answer is given. Throws to lose the answer. */
  readonly onAnswer?: (requests: readonly StreamRequest[]) => void
}

export interface HranaServer {
  readonly url: string
  /** How many pipelines came. */
  readonly seen: { pipelines: number }
  close(): Promise<void>
}

/** Serves a SQLite file over Hrana, as sqld does. */
export async function startHranaServer(options: HranaOptions): Promise<HranaServer> {
  const streams = new Map<string, Stream>()
  const seen = { pipelines: 0 }
  /** Connections whose streams were closed: to open one takes longer than a statement. */
  const idle: Database.Database[] = []
  const open = (path: string): Stream => {
    const at = idle.findIndex((database) => database.name === path)
    return { database: idle.splice(at, at < 0 ? 0 : 1)[0] ?? connect(path), texts: new Map() }
  }
  const end = ({ database }: Stream): void => {
    if (database.inTransaction) database.exec('rollback')
    idle.push(database)
  }
  const answer = async (request: IncomingMessage): Promise<{ readonly status: number; readonly body?: object }> => {
    if (request.method === 'GET') return { status: /^\/v[23]$/.test(request.url ?? '') ? 200 : 404 }
    if (!/^\/v[23]\/pipeline$/.test(request.url ?? '')) return { status: 404 }
    const { baton, requests } = JSON.parse(await text(request)) as {
      readonly baton?: string | null
      readonly requests: readonly StreamRequest[]
    }
    seen.pipelines += 1
    const stream = baton == null ? open(pathFor(options, requests)) : streams.get(baton)
    if (stream === undefined)
      return { status: 400, body: { message: 'The stream has expired', code: 'STREAM_EXPIRED' } }
    if (baton != null) streams.delete(baton)
    const results = requests.map((one) => carryOut(stream, one))
    options.onAnswer?.(requests)
    const isClosed = requests.some(({ type }) => type === 'close')
    if (isClosed) end(stream)
    const next = isClosed ? null : crypto.randomUUID()
    if (next !== null) streams.set(next, stream)
    return { status: 200, body: { baton: next, base_url: null, results } }
  }
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => response.writeHead(status).end(body === undefined ? '' : JSON.stringify(body)),
      () => response.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      for (const database of [...idle, ...[...streams.values()].map((stream) => stream.database)]) database.close()
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { url: `http://127.0.0.1:${port}`, seen, close }
}

function connect(path: string): Database.Database {
  const database = new Database(path, { timeout: 0 })
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = off') // tests do not survive a power cut anyway
  return database
}

/** As `Statement::is_read_only` of sqld: the beginning of a transaction is none of its writes, not even an immediate one. */
const isReadOnly = /^\s*(begin|commit|end|rollback|select)\b/i

function pathFor({ path, replicaPath }: HranaOptions, requests: readonly StreamRequest[]): string {
  const stored = new Map(requests.flatMap((one) => (one.type === 'store_sql' ? [[one.sql_id, one.sql]] : [])))
  const sqlOf = ({ sql, sql_id }: Stmt) => sql ?? stored.get(sql_id ?? -1) ?? ''
  const sent = requests.flatMap((one) =>
    one.type === 'batch' ? one.batch.steps.map(({ stmt }) => stmt) : one.type === 'execute' ? [one.stmt] : [],
  )
  return replicaPath !== undefined && sent.every((stmt) => isReadOnly.test(sqlOf(stmt))) ? replicaPath : path
}

function carryOut(stream: Stream, request: StreamRequest): object {
  const { type } = request
  const done = (more: object = {}) => ({ type: 'ok', response: { type, ...more } })
  switch (request.type) {
    case 'execute': {
      const { result, error } = execute(stream, request.stmt)
      return error === null ? done({ result }) : { type: 'error', error }
    }
    case 'batch':
      return done({ result: batch(stream, request.batch.steps) })
    case 'sequence': {
      const { error } = attempt(() => stream.database.exec(textOf(stream, request)))
      return error === null ? done() : { type: 'error', error }
    }
    case 'store_sql':
      stream.texts.set(request.sql_id, request.sql)
      return done()
    case 'close_sql':
      stream.texts.delete(request.sql_id)
      return done()
    case 'get_autocommit':
      return done({ is_autocommit: !stream.database.inTransaction })
    case 'close':
      return done()
    default:
      return { type: 'error', error: { message: `${type} is not there`, code: 'UNSUPPORTED' } }
  }
}

function batch(stream: Stream, steps: readonly Step[]): object {
  const outcomes: (Outcome | null)[] = []
  const holds = (condition: Condition): boolean => {
    switch (condition.type) {
      case 'ok':
        return outcomes[condition.step]?.error === null
      case 'error':
        return outcomes[condition.step]?.error != null
      case 'not':
        return !holds(condition.cond)
      case 'and':
        return condition.conds.every(holds)
      case 'or':
        return condition.conds.some(holds)
      case 'is_autocommit':
        return !stream.database.inTransaction
    }
  }
  for (const { condition, stmt } of steps)
    outcomes.push(condition == null || holds(condition) ? execute(stream, stmt) : null)
  return {
    step_results: outcomes.map((outcome) => outcome?.result ?? null),
    step_errors: outcomes.map((outcome) => outcome?.error ?? null),
  }
}

function execute(stream: Stream, stmt: Stmt): Outcome {
  return attempt(() => {
    if ((stmt.named_args ?? []).length > 0) throw new Error('Named arguments are not there')
    const bound: unknown[] = []
    // libsql takes no numbered parameters.
    const sql = textOf(stream, stmt).replace(/\?(\d+)/g, (_, place) => {
      bound.push(toSqlite((stmt.args ?? [])[Number(place) - 1] ?? { type: 'null' }))
      return '?'
    })
    const statement = stream.database.prepare(sql).safeIntegers(true)
    if (!statement.reader) {
      const { changes } = statement.run(bound)
      return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: null }
    }
    const rows = statement.raw(true).all(bound) as unknown[][]
    const cols = statement.columns().map(({ name, type }) => ({ name, decltype: type }))
    const given = stmt.want_rows === false ? [] : rows.map((row) => row.map(toHrana))
    return { cols, rows: given, affected_row_count: 0, last_insert_rowid: null }
  })
}

function attempt(work: () => object): Outcome {
  try {
    return { result: work(), error: null }
  } catch (error) {
    const { message, code = 'SQLITE_ERROR' } = error as Error & { readonly code?: string } // libsql throws no other
    return {
      result: null,
      error: { message: `SQLite error: ${message}`, code: code.replace(/^(SQLITE_[A-Z]+)_.*/, '$1') },
    }
  }
}

function textOf({ texts }: Stream, { sql, sql_id }: Pick<Stmt, 'sql' | 'sql_id'>): string {
  return sql ?? texts.get(sql_id ?? -1) ?? ''
}

function toSqlite(value: Value): unknown {
  switch (value.type) {
    case 'null':
      return null
    case 'integer':
      return BigInt(value.value)
    case 'blob':
      return Buffer.from(value.base64, 'base64')
    default:
      return value.value
  }
}

function toHrana(value: unknown): Value {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) }
  if (typeof value === 'number') return { type: 'float', value }
  if (typeof value === 'string') return { type: 'text', value }
  return { type: 'blob', base64: Buffer.from(value as Uint8Array).toString('base64') }
}
