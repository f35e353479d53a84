import type { PickedKey } from '../choose-key/key-picker.js'
import type { Schemas } from '../client/client.js'
import { dayEnd, dayStart } from '../state/days.js'

export type AuditType = Schemas['AuditType']

/** What the log is asked for. */
export interface AuditQuery {
  readonly type: AuditType | ''
  readonly key: PickedKey | null
  /** The id of a person, or '' for everybody. */
  readonly person: string
  /** Days of a field, or ''. */
  readonly from: string
  readonly to: string
}

export const noAuditQuery: AuditQuery = { type: '', key: null, person: '', from: '', to: '' }

/** The same as parameters of a request. */
export function parametersOf({ type, key, person, from, to }: AuditQuery) {
  const [start, end] = [dayStart(from), dayEnd(to)]
  return {
    ...(type === '' ? {} : { type }),
    ...(key === null ? {} : { key_id: key.id }),
    ...(person === '' ? {} : { actor_type: 'user' as const, actor_id: person }),
    ...(start === null ? {} : { from: start.toISOString() }),
    ...(end === null ? {} : { to: end.toISOString() }),
  }
}
