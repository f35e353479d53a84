import { createHash } from 'node:crypto'
import type { StoredNotice } from '../notices/index.js'
import type { NewEvent } from './webhook-store.js'

type Told = Omit<StoredNotice, 'at'>

/**
 * The id of a notice, and of its event: made of what it says, so that it is the same for everybody who tells it, and a receiver knows one
 * that it had before.
 */
export function noticeId({ keyId, kind, about, days }: Told): string {
  const what = kind === 'expiring' ? `${about?.getTime()}\0${days}` : `unused\0${about?.getTime() ?? 0}`
  return `evt_${createHash('sha256').update(`${keyId}\0${what}`).digest('hex').slice(0, 32)}`
}

/** The event of a notice. */
export function noticeEvent(notice: Told): NewEvent {
  const { keyId, organizationId, kind, about, days } = notice
  const when = kind === 'expiring' ? { expires_at: about } : { last_used_at: about }
  return {
    id: noticeId(notice),
    organizationId,
    type: `api_key.${kind}`,
    resource: { type: 'api_key', id: keyId },
    data: JSON.stringify({ key_id: keyId, organization_id: organizationId, ...when, days }),
  }
}
