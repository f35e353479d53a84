import type { NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkId, checkSomebody } from '../input/index.js'
import type { AuditQuery } from '../store/index.js'
import type { Actor, AuditType } from '../values/index.js'

/** Selects audit records of one organization. Fields that are left out select all. */
export interface AuditFilter {
  readonly organizationId: string
  readonly keyId?: string | undefined
  readonly type?: AuditType | undefined
  readonly actor?: Actor | undefined
  /** Records at this time or later. */
  readonly from?: Date | undefined
  /** Records before this time. */
  readonly to?: Date | undefined
}

/** The fields of {@link AuditFilter}. */
export const filterNames: NamesOf<AuditFilter> = {
  organizationId: true,
  keyId: true,
  type: true,
  actor: true,
  from: true,
  to: true,
}

/**
 * Parses a filter. The result has no field that is `undefined`.
 *
 * @throws {@link InvalidInput} when a field is malformed.
 */
export function parseFilter(
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
    // An unknown type is allowed: a newer version may have written records of that type.
    ...(type === undefined ? {} : { type: checkId(type, 'type') as AuditType }),
    ...(actor === undefined ? {} : { actor: withoutToken(checkSomebody(actor, 'actor')) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

function withoutToken({ type, id }: Actor): Actor {
  return { type, id }
}
