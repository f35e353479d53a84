import { InvalidInput } from '../errors/index.js'
import type { AuditQuery } from '../store/index.js'
import type { Actor, AuditType } from '../values/index.js'
import { checkId } from './check-input.js'
import { checkActor } from './manage-options.js'

/** Which audit records. */
export interface AuditFilter {
  readonly organizationId: string
  readonly keyId?: string | undefined
  readonly type?: AuditType | undefined
  readonly actor?: Actor | undefined
  /** From this instant on. */
  readonly from?: Date | undefined
  /** Before this instant. */
  readonly to?: Date | undefined
}

/**
 * Checks a filter, and leaves out what it does not say.
 *
 * @throws InvalidInput, naming the field.
 */
export function readFilter(
  filter: AuditFilter,
): Pick<AuditQuery, 'organizationId' | 'keyId' | 'type' | 'actor' | 'from' | 'to'> {
  const { keyId, type, actor, from, to } = filter
  for (const [field, value] of Object.entries({ from, to })) {
    if (value !== undefined && !(value instanceof Date && value.getTime() >= 0))
      throw new InvalidInput(field, 'a valid Date')
  }
  return {
    organizationId: checkId(filter.organizationId, 'organizationId'),
    ...(keyId === undefined ? {} : { keyId: checkId(keyId, 'keyId') }),
    // Of a type that this version does not know, there may be records of a newer one.
    ...(type === undefined ? {} : { type: checkId(type, 'type') as AuditType }),
    ...(actor === undefined ? {} : { actor: checkActor({ actor }) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}
