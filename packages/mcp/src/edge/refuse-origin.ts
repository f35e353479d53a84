import type { GateRequest } from '@keywright/core'
import { fieldValues } from '@keywright/core/adapter'
import type { Reply } from '@keywright/core/http'
import { plainReply } from '../rpc/rpc-reply.js'
import type { McpAuthOptions } from './options.js'

/** The 403 for a `Host` or `Origin` that the options do not allow, or `null`. */
export function refuseOrigin(
  { fields }: GateRequest,
  { allowedHosts, allowedOrigins }: Pick<McpAuthOptions, 'allowedHosts' | 'allowedOrigins'>,
): Reply | null {
  if (allowedHosts === undefined && allowedOrigins === undefined) return null
  const valuesOf = (name: string) => fieldValues(fields, name).map((value) => value.toLowerCase())
  const isAmong = (list: readonly string[], value: string): boolean =>
    list.some((entry) => entry.toLowerCase() === value)
  const hosts = valuesOf('host')
  if (allowedHosts !== undefined && !(hosts.length === 1 && isAmong(allowedHosts, hosts[0] ?? ''))) {
    return plainReply(403, -32000, 'This Host is not served here')
  }
  if (allowedOrigins !== undefined && !valuesOf('origin').every((origin) => isAmong(allowedOrigins, origin))) {
    return plainReply(403, -32000, 'This Origin may not call here')
  }
  return null
}
