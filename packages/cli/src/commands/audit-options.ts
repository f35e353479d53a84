import type { AuditType } from '@keywright/core'
import { type Given, type Options, readDate } from '../arguments/index.js'
import { usageFailure } from '../terminal/index.js'

/** The options that select records of a log. */
export const auditOptions = {
  organization: { type: 'text', value: 'id', summary: 'The organization whose log it is.' },
  key: { type: 'text', value: 'id', summary: 'Records about this key.' },
  type: { type: 'text', value: 'type', summary: 'Records of this type, such as api_key.revoked.' },
  from: { type: 'text', value: 'date', summary: 'Records of this time or later.' },
  to: { type: 'text', value: 'date', summary: 'Records before this time.' },
} as const satisfies Options

/** What the options select. @throws Failure */
export function readAuditFilter(given: Given<typeof auditOptions>) {
  const { organization, key, type } = given
  if (organization === undefined) throw usageFailure('--organization is missing: each has a log of its own.')
  return {
    organizationId: organization,
    keyId: key,
    type: type as AuditType | undefined, // a type that there is not finds nothing: a newer version may have more
    from: readDate(given.from, 'from'),
    to: readDate(given.to, 'to'),
  }
}
