import type { Actor, AuditRecord, Key } from '@keywright/core'
import { askHost } from '../host/ask-host.js'
import { type IdsToName, type Names, noNames, parseNames } from '../host/names.js'
import type { ManagementApiOptions } from '../host/options.js'
import type { ManagedWebhook } from '../host/webhook-manager.js'

/** How many people, and how many resources, are named on one page. */
const mostAsked = 1_000

/**
 * Returns a function that asks the host once for the names of all that is on a page. `null`: the host names nobody. Where the host
 * fails or is late, nobody has a name, and it hears of that: no page is worth less than its names.
 */
export function nameLoader(
  { describe }: Pick<ManagementApiOptions, 'describe'>,
  { hostTimeoutMs, report }: { readonly hostTimeoutMs: number; readonly report: (error: unknown) => void },
): (organizationId: string, ids: IdsToName) => Promise<Names | null> {
  if (describe === undefined) return async () => null
  return async (organizationId, ids) => {
    if (ids.users.length === 0 && Object.keys(ids.resources).length === 0) return noNames
    let isTold = false
    const fault = (error: unknown): void => {
      if (!isTold) report(error)
      isTold = true
    }
    const ask = () => describe(ids, organizationId)
    return askHost('describe', ask, (answer) => parseNames(answer, fault), hostTimeoutMs).catch((error) => {
      fault(error)
      return noNames
    })
  }
}

/** Everybody and everything that is named beside keys. */
export function idsOfKeys(keys: readonly Key[]): IdsToName {
  const pairs = keys.flatMap(({ grants }) =>
    Object.entries(grants.resources).flatMap(([type, grant]) =>
      grant.mode === 'all' ? [] : Object.keys(grant.levels).map((id): readonly [string, string] => [type, id]),
    ),
  )
  const resources = new Map<string, Set<string>>()
  let count = 0
  for (const [type, id] of pairs) {
    const ids = resources.get(type) ?? new Set()
    if (count >= mostAsked || ids.has(id)) continue
    resources.set(type, ids.add(id))
    count += 1
  }
  return {
    users: usersAmong(
      keys.flatMap(({ owner, createdBy, disabledBy }) => [
        owner,
        createdBy,
        ...(disabledBy === null ? [] : [disabledBy]),
      ]),
    ),
    resources: Object.fromEntries([...resources].map(([type, ids]) => [type, [...ids]])),
  }
}

/** Everybody who is named beside audit records. */
export function idsOfRecords(records: readonly AuditRecord[]): IdsToName {
  return { users: usersAmong(records.map(({ actor }) => actor)), resources: {} }
}

/** Everybody who is named beside webhooks. */
export function idsOfWebhooks(webhooks: readonly ManagedWebhook[]): IdsToName {
  return { users: usersAmong(webhooks.map(({ createdBy }) => createdBy)), resources: {} }
}

function usersAmong(all: readonly { readonly type: Actor['type'] | 'organization'; readonly id: string }[]): string[] {
  const ids = all.filter(({ type }) => type === 'user').map(({ id }) => id)
  return [...new Set(ids)].slice(0, mostAsked)
}
