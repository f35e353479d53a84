import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateToLatest } from '@keywright/kysely'
import { type Kysely, sql } from 'kysely'
import { build } from 'tsup'
import { dropTables, newPrefix } from '../../packages/kysely/test/drop-tables.js'
import { byKey, type Change, findViolations, hasAuditOf, type Verification } from './history.js'
import type { KnownKey, Order, Report } from './messages.js'
import { keyringOver, maxKeys, openPlace, owner, type Place, pause } from './world.js'

/** What to run, and for how long. */
export interface RunOptions {
  readonly engine: Place['engine']
  /** The server; a SQLite file is made for the run. */
  readonly url?: string | undefined
  /** At least so long. */
  readonly seconds: number
  /** At least so many verifications and changes, if twice `seconds` are enough for them. @defaultValue 0 */
  readonly operations?: number | undefined
  /** Makes the workers lie: each goes on saying for so long what it read before. @defaultValue 0 */
  readonly staleMs?: number | undefined
  /** Replicas that verifications read from. @defaultValue none */
  readonly readFrom?: readonly string[] | undefined
  /** A replica that verifications read from without a question. @defaultValue none */
  readonly careless?: string | undefined
  /** The servers that the workers connect to in turn, where all take changes. @defaultValue url */
  readonly workersAt?: readonly string[] | undefined
  /** Whether controllers are killed. Their server must be able to say when their last statement is over. @defaultValue true */
  readonly killsControllers?: boolean | undefined
  /** Does something to the servers, over and over. */
  readonly disturb?: ((isRunning: () => boolean) => Promise<void>) | undefined
  /** Does something to the servers while nothing is changed: after a controller was killed, counted from 1. */
  readonly onKilled?: ((time: number) => Promise<void>) | undefined
  /** How many verifications may fail for want of a server, of all. @defaultValue 0.05 */
  readonly mayBeUnavailable?: number | undefined
}

/** What happened. */
export interface RunReport {
  readonly operations: number
  readonly verifications: number
  readonly changes: number
  /** Verifications that could not be known. */
  readonly unavailable: number
  readonly workersStopped: number
  readonly controllersKilled: number
  /** Statements that went to replicas. */
  readonly readFromReplicas: number
  readonly violations: readonly string[]
}

const workers = 4
/** Where a program finds the drivers. */
const besideDrivers = join(import.meta.dirname, '../../packages/kysely/node_modules')

/** Makes one file of JavaScript of each program: it starts in a tenth of a second, and controllers are killed all the time. */
async function buildPrograms(): Promise<string> {
  const outDir = mkdtempSync(join(besideDrivers, '.consistency-'))
  await build({
    entry: ['controller.ts', 'worker.ts'].map((name) => join(import.meta.dirname, name)),
    outDir,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    config: false,
    silent: true,
    external: ['libsql', 'pg', 'mysql2'],
    noExternal: [/^@keywright\//, 'kysely'],
    splitting: false,
    // For what is CommonJS, and asks for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    esbuildOptions: (options) => {
      options.conditions = ['@keywright/source']
    },
  })
  return outDir
}

/** Lets four processes verify what a fifth changes, stops and kills them now and then, and checks what they saw. */
export async function run(options: RunOptions): Promise<RunReport> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  const at = options.engine === 'sqlite' ? join(folder, 'keys.sqlite') : (options.url ?? '')
  const { engine, readFrom = [], careless } = options
  const place: Place = { engine, at, tablePrefix: newPrefix(), readFrom, careless }
  const { db, store, close } = openPlace({ ...place, readFrom: [], careless: undefined })
  await migrateToLatest(db, { tablePrefix: place.tablePrefix })
  const programs = await buildPrograms()
  try {
    const history = await record(options, place, db, programs)
    const found = [
      ...history.faults,
      ...findViolations(history.changes, history.verifications),
      ...(await auditViolations(keyringOver(store), history)),
      ...leaks(history),
    ]
    const unavailable = history.verifications.filter(({ answer }) => answer === 'auth_unavailable').length
    const verifications = history.verifications.length
    const changes = history.changes.filter(({ kind, end }) => kind !== 'observed' && end !== null).length
    if (unavailable > verifications * (options.mayBeUnavailable ?? 0.05))
      found.push(`${unavailable} verifications could not be known`)
    return {
      operations: verifications + changes,
      verifications,
      changes,
      unavailable,
      workersStopped: history.workersStopped,
      controllersKilled: history.controllersKilled,
      readFromReplicas: history.readFromReplicas,
      violations: found,
    }
  } finally {
    if (options.engine === 'postgres') await dropTables(db, place.tablePrefix)
    await close()
    for (const made of [folder, programs]) rmSync(made, { recursive: true, force: true })
  }
}

interface History {
  readonly changes: readonly Change[]
  readonly verifications: readonly Verification[]
  /** Creations whose process was killed: their keys, if any, have no name here. */
  readonly lostCreations: number
  readonly faults: readonly string[]
  readonly tokens: readonly string[]
  /** What the processes printed. */
  readonly output: string
  readonly workersStopped: number
  readonly controllersKilled: number
  readonly readFromReplicas: number
}

async function record(options: RunOptions, place: Place, db: Kysely<object>, programs: string): Promise<History> {
  const { seconds, operations = 0, staleMs = 0 } = options
  const changes: Change[] = []
  const verifications: Verification[] = []
  const faults: string[] = []
  const tokens: string[] = []
  const underWay = new Map<number, Omit<Change, 'end' | 'keyId'> & { readonly keyId: string | null }>()
  const living = new Map<string, KnownKey>()
  let output = ''
  let lostCreations = 0
  let readFromReplicas = 0
  let isRunning = true

  const start = async (
    script: string,
    args: string[],
    onReport: (report: Report) => void,
    at = place.at,
  ): Promise<ChildProcess> => {
    const child = fork(join(programs, script), [JSON.stringify({ ...place, at }), ...args], {
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('exit', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL')
        faults.push(`${script} ended with ${code ?? signal}: ${output.slice(-500)}`)
    })
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${script} did not start: ${output}`)))
      child.on('message', (message) => {
        const report = message as Report // our own child's
        if (report.type === 'ready') resolve()
        else if (report.type === 'fault') faults.push(`${script}: ${report.text}`)
        else onReport(report)
      })
    })
    return child
  }
  const send = (child: ChildProcess, order: Order): void => {
    if (child.connected) child.send(order)
  }

  const startVerifier = async (worker: number): Promise<ChildProcess> => {
    const at = options.workersAt?.[worker % options.workersAt.length]
    const onReport = (report: Report): void => {
      if (report.type === 'read') readFromReplicas += report.statements
      if (report.type !== 'verified') return
      for (const [begin, end, asked, answer, keyId] of report.rows) {
        verifications.push({ keyId, worker, begin, end, asked, answer })
      }
    }
    const verifier = await start('worker.mjs', [String(staleMs)], onReport, at)
    // Four of them leave no core to the one who changes things, where cores are few.
    if (verifier.pid !== undefined) setPriority(verifier.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    return verifier
  }
  const verifiers = await Promise.all(Array.from({ length: workers }, (_, index) => startVerifier(index)))

  const settle = (number: number, end: number | null, keyId?: string): void => {
    const begun = underWay.get(number)
    underWay.delete(number)
    if (begun === undefined) return
    const name = begun.keyId ?? keyId
    if (name === undefined) lostCreations += 1
    else changes.push({ ...begun, keyId: name, end })
    if (begun.kind !== 'deleted' || end === null || name === undefined) return
    living.delete(name)
    // The dead must stay dead.
    setTimeout(() => verifiers.forEach((verifier) => void send(verifier, { type: 'forget', keyId: name })), 500).unref()
  }
  const onControl = (report: Report): void => {
    if (report.type === 'begun') underWay.set(report.number, { ...report.change, keyId: report.keyId })
    if (report.type === 'refused') underWay.delete(report.number)
    if (report.type === 'observed') changes.push(report.change)
    if (report.type !== 'made') return
    settle(report.number, report.end, report.created?.keyId)
    const key = report.created
    if (key === null) return
    tokens.push(key.token)
    living.set(key.keyId, key)
    for (const verifier of verifiers) send(verifier, { type: 'verify', key })
  }
  // One is always ready to take over.
  let spare = start('controller.mjs', [], onControl)
  const takeControl = async (): Promise<ChildProcess> => {
    const controller = await spare
    spare = start('controller.mjs', [], onControl)
    send(controller, { type: 'control', keyIds: [...living.keys()] })
    return controller
  }
  let controller = await takeControl()

  let workersStopped = 0
  const stopWorkers = async (): Promise<void> => {
    while (isRunning) {
      await pause(500 + Math.random() * 1_000)
      const victim = verifiers[Math.floor(Math.random() * verifiers.length)]
      victim?.kill('SIGSTOP')
      workersStopped += 1
      await pause(200 + Math.random() * 1_000)
      victim?.kill('SIGCONT')
    }
  }
  let controllersKilled = 0
  const killControllers = async (): Promise<void> => {
    while (isRunning) {
      await pause(3_000 + Math.random() * 3_000)
      if (!isRunning) return
      controller.kill('SIGKILL')
      await once(controller, 'close') // with its pipe: what it told is known
      controllersKilled += 1
      for (const number of [...underWay.keys()]) settle(number, null)
      await options.onKilled?.(controllersKilled)
      await isGone(db, place, controller)
      controller = await takeControl()
    }
  }
  const countKeys = async (): Promise<void> => {
    while (isRunning) {
      const { rows } = await unlessDown(() =>
        sql<{ n: number }>`
        select count(*) as n from ${sql.table(`${place.tablePrefix}api_keys`)} where status in ('active', 'disabled')`.execute(
          db,
        ),
      )
      const live = Number(rows[0]?.n)
      if (live > maxKeys) faults.push(`${live} keys are live where ${maxKeys} may be (I4)`)
      await pause(100)
    }
  }

  const { killsControllers = true, disturb } = options
  const nemeses = [
    stopWorkers(),
    countKeys(),
    ...(killsControllers ? [killControllers()] : []),
    ...(disturb === undefined ? [] : [disturb(() => isRunning)]),
  ]
  const begun = performance.now()
  const elapsed = () => (performance.now() - begun) / 1_000
  while (elapsed() < seconds || (verifications.length + changes.length < operations && elapsed() < 2 * seconds)) {
    await pause(100)
  }
  isRunning = false
  await Promise.all(nemeses)
  for (const child of [controller, await spare, ...verifiers]) {
    send(child, { type: 'stop' })
    if (child.exitCode === null) await once(child, 'close')
  }
  return {
    changes,
    verifications,
    lostCreations,
    faults,
    tokens,
    output,
    workersStopped,
    controllersKilled,
    readFromReplicas,
  }
}

/** Asks again while the server is away, as during a failover. */
async function unlessDown<T>(ask: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await ask()
    } catch (error) {
      if (tried >= 200) throw error
      await pause(50)
    }
  }
}

/** Waits until the server has ended the last statement of a killed process: from then on, what it did is settled. */
async function isGone(db: Kysely<object>, place: Place, { pid }: ChildProcess): Promise<void> {
  if (place.engine !== 'postgres') return
  const name = `${place.tablePrefix}${pid}`
  for (;;) {
    const { rows } = await unlessDown(() =>
      sql`select 1 from pg_stat_activity where application_name = ${name}`.execute(db),
    )
    if (rows.length === 0) return
    await pause(20)
  }
}

/** Each change has its record, and each record its change; the chain is whole (I5). */
async function auditViolations(
  keyring: ReturnType<typeof keyringOver>,
  { changes, lostCreations }: History,
): Promise<readonly string[]> {
  const organizationId = owner.id
  const violations: string[] = []
  const verdict = await keyring.audit.verify({ organizationId })
  if (!verdict.ok) violations.push(`the audit chain is ${verdict.problem} at ${verdict.seq}`)

  const types = new Map<string, string[]>()
  let cursor: string | null = null
  do {
    const page = await keyring.audit.list({ organizationId, limit: 100, cursor })
    for (const { keyId, type } of page.records) types.set(String(keyId), [type, ...(types.get(String(keyId)) ?? [])])
    cursor = page.nextCursor
  } while (cursor !== null)

  const histories = byKey(changes)
  for (const [keyId, history] of histories) {
    const written = types.get(keyId) ?? []
    if (!hasAuditOf(history, written)) {
      const made = history.map(({ kind, end }) => (end === null ? `${kind}?` : kind))
      violations.push(`key ${keyId}: the audit log has ${written.join(' ')}; what was done is ${made.join(' ')}`)
    }
  }
  const unknown = [...types.keys()].filter((keyId) => !histories.has(keyId))
  if (unknown.length > lostCreations)
    violations.push(`the audit log has keys that nobody created: ${unknown.join(' ')}`)
  return violations
}

/** No secret is in what any process printed (I6). */
function leaks({ tokens, output, faults }: History): readonly string[] {
  const printed = output + faults.join('\n')
  const isPrinted = tokens.some((token) => printed.includes(token.slice(-38, -6)))
  return isPrinted ? ['a secret was printed'] : []
}
