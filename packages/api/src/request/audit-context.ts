import type { AuditContext } from '@keywright/core'
import { askHost } from '../host/ask-host.js'
import type { ManagementApiOptions } from '../host/options.js'
import { parseClientIp } from '../host/parse-answers.js'
import type { Exchange } from '../http/exchange.js'

/** Asks the host for the client's address; `null`: it does not know it, or is not asked. */
export async function loadClientIp(
  request: Request,
  { clientIp }: Pick<ManagementApiOptions, 'clientIp'>,
  hostTimeoutMs: number,
): Promise<string | null> {
  return clientIp === undefined ? null : askHost('clientIp', () => clientIp(request), parseClientIp, hostTimeoutMs)
}

/** Loads what the audit log keeps about a request: its id, the client's address, and the user agent. */
export async function loadAuditContext(
  request: Request,
  { requestId }: Exchange,
  options: Pick<ManagementApiOptions, 'clientIp'>,
  hostTimeoutMs: number,
): Promise<AuditContext> {
  const userAgent = request.headers.get('user-agent')
  const ip = await loadClientIp(request, options, hostTimeoutMs)
  return {
    requestId,
    ...(ip === null ? {} : { ip }),
    ...(userAgent === null ? {} : { userAgent }),
  }
}
