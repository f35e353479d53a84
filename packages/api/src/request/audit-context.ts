import type { AuditContext, Keyring } from '@keywright/core'
import { adapterOf, readRequestId } from '@keywright/core/adapter'
import { askHost } from '../host/ask-host.js'
import type { ManagementApiOptions } from '../host/options.js'
import { parseClientIp } from '../host/parse-answers.js'

/** Loads what the audit log keeps about a request: its id, the client's address, and the user agent. */
export async function loadAuditContext(
  keyring: Keyring,
  request: Request,
  { clientIp }: Pick<ManagementApiOptions, 'clientIp'>,
  hostTimeoutMs: number,
): Promise<AuditContext> {
  // Clients put keys anywhere: a name that looks like one is not kept.
  const requestId = readRequestId(request.headers.get('x-request-id'), adapterOf(keyring).format)
  const userAgent = request.headers.get('user-agent')
  const ip =
    clientIp === undefined ? null : await askHost('clientIp', () => clientIp(request), parseClientIp, hostTimeoutMs)
  return {
    ...(requestId === null ? {} : { requestId }),
    ...(ip === null ? {} : { ip }),
    ...(userAgent === null ? {} : { userAgent }),
  }
}
