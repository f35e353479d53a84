import type { AuditContext } from '@keywright/core'
import { askHost } from '../host/ask-host.js'
import type { ManagementApiOptions } from '../host/options.js'
import { parseClientIp } from '../host/parse-answers.js'
import type { Exchange } from '../http/exchange.js'

/** Loads what the audit log keeps about a request: its id, the client's address, and the user agent. */
export async function loadAuditContext(
  request: Request,
  { requestId }: Exchange,
  { clientIp }: Pick<ManagementApiOptions, 'clientIp'>,
  hostTimeoutMs: number,
): Promise<AuditContext> {
  const userAgent = request.headers.get('user-agent')
  const ip =
    clientIp === undefined ? null : await askHost('clientIp', () => clientIp(request), parseClientIp, hostTimeoutMs)
  return {
    requestId,
    ...(ip === null ? {} : { ip }),
    ...(userAgent === null ? {} : { userAgent }),
  }
}
