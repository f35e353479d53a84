import type { Change, Verification } from './history.js'

/** A key that workers verify. */
export interface KnownKey {
  readonly keyId: string
  readonly token: string
}

/** A verification on its way through a pipe: begin, end, asked, answer, key. */
export type VerificationRow = readonly [number, number, Verification['asked'], string, string]

/** What the processes tell the run. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'fault'; readonly text: string }
  | { readonly type: 'verified'; readonly rows: readonly VerificationRow[] }
  /** At the end: how many statements went to replicas. */
  | { readonly type: 'read'; readonly statements: number }
  /** Sent before the change is begun, so that nothing is done that the run does not know of. */
  | {
      readonly type: 'begun'
      readonly number: number
      readonly change: Omit<Change, 'end' | 'keyId'>
      readonly keyId: string | null
    }
  | { readonly type: 'made'; readonly number: number; readonly end: number; readonly created: KnownKey | null }
  /** Nothing was changed. */
  | { readonly type: 'refused'; readonly number: number; readonly code: string }
  | { readonly type: 'observed'; readonly change: Change & { readonly end: number } }

/** What the run tells the processes. */
export type Order =
  | { readonly type: 'verify'; readonly key: KnownKey }
  | { readonly type: 'forget'; readonly keyId: string }
  /** To a controller: takes these keys over, from one that was killed. */
  | { readonly type: 'control'; readonly keyIds: readonly string[] }
  | { readonly type: 'stop' }

/** Tells the run; settled when it can no longer be lost, even if this process is killed. */
export function tell(report: Report): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(report, undefined, {}, (error) => (error === null ? resolve() : reject(error)))
  })
}

/** Listens to the run, and tells it of what nobody caught. */
export function listen(onOrder: (order: Order) => void): void {
  process.on('message', (order) => onOrder(order as Order)) // our own parent's
  const fault = (error: unknown) =>
    void tell({ type: 'fault', text: String(error instanceof Error ? error.stack : error) })
  process.on('unhandledRejection', fault)
  process.on('uncaughtException', fault)
}
