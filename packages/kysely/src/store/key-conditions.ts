import { hourOf, type KeyFilter, type KeyTerm, type ListedStatus, organizationOf } from '@keywright/core/store'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { StoreContext } from './context.js'

/** A condition on a row of `api_keys`. */
export type Condition = RawBuilder<SqlBool>

/** What conditions are written with: the names of the tables, and the engine's clock. */
export type ListContext = Pick<StoreContext, 'db' | 'tables' | 'dialect'>

export const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`

export const any = (conditions: readonly Condition[]): Condition => sql<SqlBool>`(${sql.join(conditions, sql` or `)})`

const inList = (column: RawBuilder<unknown>, values: readonly string[]): Condition =>
  values.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`${column} in (${sql.join(values)})`

/** Whose keys: every index of a list begins with these. */
export function isOf({ organizationId, owner }: KeyFilter, key: string): Condition[] {
  const column = (name: string) => sql.ref(`${key}.${name}`)
  const organizations = [organizationId, owner === undefined ? undefined : organizationOf(owner)]
  return [...new Set(organizations.filter((one) => one !== undefined))]
    .map((id) => sql<SqlBool>`${column('organization_id')} = ${id}`)
    .concat(
      owner === undefined
        ? []
        : [sql<SqlBool>`${column('owner_type')} = ${owner.type}`, sql<SqlBool>`${column('owner_id')} = ${owner.id}`],
    )
}

/** Who made them. */
export function isMadeBy({ createdBy }: KeyFilter, key: string): Condition[] {
  if (createdBy === undefined) return []
  const { type, id } = createdBy
  const column = (name: string) => sql.ref(`${key}.${name}`)
  return [sql<SqlBool>`${column('created_by_type')} = ${type}`, sql<SqlBool>`${column('created_by_id')} = ${id}`]
}

/** Where they work. */
export function isIn({ environments }: KeyFilter, key: string): Condition[] {
  if (environments === undefined) return []
  const environment = sql.ref(`${key}.environment`)
  const named = environments.filter((name) => name !== null)
  const [one, another] = named
  // A single one by "=": with "in", an index does not give the order of the list.
  const isNamed =
    another === undefined && one !== undefined ? sql<SqlBool>`${environment} = ${one}` : inList(environment, named)
  const isNone = sql<SqlBool>`${environment} is null`
  if (!environments.includes(null)) return [isNamed]
  return [named.length === 0 ? isNone : any([isNamed, isNone])]
}

/** Whether a term begins so. */
export function beginsWith(term: RawBuilder<unknown>, word: string): Condition {
  return sql<SqlBool>`${term} >= ${word} and ${term} < ${`${word}\u{10ffff}`}`
}

/** Whether a term is this tag. */
export function isTag(tag: string, table: string): Condition {
  return sql<SqlBool>`${sql.ref(`${table}.kind`)} = 'tag' and ${sql.ref(`${table}.term`)} = ${tag}`
}

/** Whether a term, by its kind and text, is one of these. By kind, so that an index is sought for each. */
export function isOneOf(held: readonly KeyTerm[], kind: KeyTerm['kind'], table: string): Condition {
  const terms = held.filter((one) => one.kind === kind).map(({ term }) => term)
  return sql<SqlBool>`${sql.ref(`${table}.kind`)} = ${kind} and ${inList(sql.ref(`${table}.term`), terms)}`
}

/**
 * What a key must have that other tables say. Each is a question about the one key, behind a limit: no planner turns it into a join,
 * which would read all that have it.
 */
function saidElsewhere(
  { tables }: ListContext,
  { words = [], tags = [], holds, unusedSince }: KeyFilter,
  key: string,
): Condition[] {
  const id = sql.ref(`${key}.id`)
  const hasTerm = (condition: Condition) =>
    sql<SqlBool>`(select 1 from ${sql.table(tables.api_key_terms)} as t where t.key_id = ${id} and ${condition} limit 1) = 1`
  const hasWord = (word: string) => hasTerm(sql<SqlBool>`t.kind = 'word' and ${beginsWith(sql.ref('t.term'), word)}`)
  const holdsOne = (terms: readonly KeyTerm[]) =>
    hasTerm(any([isOneOf(terms, 'scope', 't'), isOneOf(terms, 'role', 't')]))
  const usedAt = sql`(select u.last_used_at from ${sql.table(tables.api_key_last_uses)} as u where u.key_id = ${id} limit 1)`
  return [
    ...words.map(hasWord),
    ...tags.map((tag) => hasTerm(isTag(tag, 't'))),
    ...(holds === undefined ? [] : [holdsOne(holds)]),
    ...(unusedSince === undefined
      ? []
      : [
          sql<SqlBool>`${sql.ref(`${key}.created_at`)} < ${unusedSince.getTime()}`,
          sql<SqlBool>`${usedAt} < ${unusedSince.getTime()}`,
          // A process of the version before counts uses by the hour alone.
          sql<SqlBool>`(select 1 from ${sql.table(tables.api_key_usage)} as w
            where w.organization_id = ${sql.ref(`${key}.organization_id`)} and w.key_id = ${id}
            and w.hour >= ${hourOf(unusedSince).getTime()} and w.last_used_at >= ${unusedSince.getTime()} limit 1) is null`,
        ]),
  ]
}

/**
 * All that a filter asks of a key, but its status.
 *
 * @param seek - Whether an index may seek the expiry. Where the list goes on from a place, it must not: that place is nearer.
 */
export function meets(context: ListContext, filter: KeyFilter, key: string, seek = false): Condition[] {
  const { expiringBefore } = filter
  const expires = seek ? sql.ref(`${key}.expires_at`) : endOf(key)
  return [
    ...isOf(filter, key),
    ...isMadeBy(filter, key),
    ...isIn(filter, key),
    ...(expiringBefore === undefined ? [] : [sql<SqlBool>`${expires} < ${expiringBefore.getTime()}`]),
    ...isBroken(filter, key),
    ...saidElsewhere(context, filter, key),
  ]
}

/** Whether it breaks a rule of a policy: no list that goes on from a place seeks by this. */
function isBroken({ breaks }: KeyFilter, key: string): Condition[] {
  if (breaks === undefined) return []
  const { maxLifetimeMs, requireExpiry, requireIpAllowList } = breaks
  const column = (name: string) => sql.ref(`${key}.${name}`)
  const rules = [
    ...(requireExpiry || maxLifetimeMs !== null ? [sql<SqlBool>`${column('expires_at')} is null`] : []),
    ...(maxLifetimeMs !== null
      ? [sql<SqlBool>`${column('expires_at')} > ${column('created_at')} + ${sql.lit(maxLifetimeMs)}`]
      : []),
    ...(requireIpAllowList ? [sql<SqlBool>`${column('ip_allow_list')} is null`] : []),
  ]
  return [rules.length === 0 ? sql<SqlBool>`1 = 0` : any(rules)]
}

/** When a key ends. Written so that no index can seek it. */
export function endOf(key: string): RawBuilder<number> {
  return sql<number>`coalesce(${sql.ref(`${key}.expires_at`)}, ${sql.lit(Number.MAX_SAFE_INTEGER)})`
}

/** What keys of one stored status are listed. */
export interface StatusPart {
  readonly condition: Condition
  /** Of active keys, those that are over, or those that are not; `null`: both, or another status. */
  readonly over: boolean | null
}

const stored = ['active', 'deleted', 'disabled', 'revoked'] as const

/** The stored statuses that are asked for, each as a range of an index; of any, also those that a damaged row may have. */
export function statusParts(status: KeyFilter['status'], key: string): StatusPart[] {
  const column = sql.ref(`${key}.status`)
  const of = (one: string, over: boolean | null = null): StatusPart => ({
    condition: sql<SqlBool>`${column} = ${one}`,
    over,
  })
  if (status !== undefined) {
    const asked: ReadonlySet<ListedStatus> = new Set([status].flat())
    const [isLive, isOver] = [asked.has('active'), asked.has('expired')]
    return [
      ...(isLive || isOver ? [of('active', isLive && isOver ? null : isOver)] : []),
      ...(['disabled', 'revoked'] as const).filter((one) => asked.has(one)).map((one) => of(one)),
    ]
  }
  const damaged = [null, ...stored].map((below, index) => {
    const above = stored[index]
    const bounds = [
      ...(below === null ? [] : [sql<SqlBool>`${column} > ${below}`]),
      ...(above === undefined ? [] : [sql<SqlBool>`${column} < ${above}`]),
    ]
    return { condition: all(bounds), over: null }
  })
  return [of('active'), of('disabled'), of('revoked'), ...damaged]
}

/** The same as one condition, for keys that are found without an index by status. */
export function hasStatus(context: ListContext, status: KeyFilter['status'], key: string): Condition {
  if (status === undefined) return sql<SqlBool>`${sql.ref(`${key}.status`)} <> 'deleted'`
  const parts = statusParts(status, key)
  return any(parts.map(({ condition, over }) => sql<SqlBool>`(${all([condition, ...isOver(context, over, key)])})`))
}

/** Whether an active key is over now. No index seeks it: those that are over are not in the order of the list. */
export function isOver({ dialect }: ListContext, over: boolean | null, key: string): Condition[] {
  return over === null ? [] : [sql<SqlBool>`${endOf(key)} ${sql.raw(over ? '<=' : '>')} (select ${dialect.now})`]
}
