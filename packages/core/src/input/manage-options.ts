import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { isSameOwner, organizationOf } from '../store/index.js'
import type { Actor, AuditContext, KeyRecord, Owner } from '../values/index.js'
import { checkId } from './check-input.js'

/** The actor of a management call, its context, and the keys that it may reach. */
export interface ManageOptions {
  /**
   * The user, key or program that makes the call. A `key` needs `allowKeyManagement`, and acts within its own rights.
   * @defaultValue `{ type: 'system', id: 'keyring' }`: the host's own code
   */
  readonly actor?: Actor
  /** Request id, address and user agent, for the audit record. @defaultValue none */
  readonly context?: AuditContext | undefined
  /**
   * The keys that the call may reach. It treats all other keys as unknown. With an `owner`, it disables and enables on
   * behalf of that owner, whoever its actor is. @defaultValue all keys
   */
  readonly within?: KeyBoundary
  /**
   * For `create`, `rotate` and `budgets.grant`: an id for a request that may be sent again, 1 to 255 characters. If the same actor used it in the
   * same organization within 24 hours, the call changes nothing and throws {@link RequestRepeated}.
   * @defaultValue none: every call is carried out
   */
  readonly idempotencyKey?: string | undefined
}

/** The same for a call that changes a key. */
export interface ChangeOptions extends ManageOptions {
  /**
   * The `version` of the key that the caller has seen. If the key was changed since, the call changes nothing and throws
   * {@link KeyChanged}. @defaultValue none: the call changes the key as it is
   */
  readonly ifVersion?: number | undefined
}

/** The same for `enable`, `disable` and `revoke`. */
export interface TrialOptions extends ChangeOptions {
  /**
   * Makes all checks, changes nothing, and returns the key as it would be: with the same `version`, nothing would change.
   * @defaultValue false
   */
  readonly dryRun?: boolean | undefined
}

/** The keys of one organization, of one owner, or that match both. With neither field, it contains no key. */
export interface KeyBoundary {
  readonly organizationId?: string
  readonly owner?: Owner
}

const optionNames: NamesOf<ManageOptions> = { actor: true, context: true, within: true, idempotencyKey: true }
const changeNames: NamesOf<ChangeOptions> = { ...optionNames, ifVersion: true }
const trialNames: NamesOf<TrialOptions> = { ...changeNames, dryRun: true }
const boundaryNames: NamesOf<KeyBoundary> = { organizationId: true, owner: true }
const contextNames: NamesOf<AuditContext> = { requestId: true, ip: true, userAgent: true }

/**
 * Refuses options of a change that are misspelt, or whose bounds got lost on their way.
 *
 * @throws InvalidInput
 */
export function checkManageOptions(options: ManageOptions): ManageOptions {
  return checkOptions(options, optionNames)
}

/**
 * The same for a call that changes a key. A version that got lost on its way must not overwrite what others wrote.
 *
 * @throws InvalidInput
 */
export function checkChangeOptions(options: ChangeOptions): ChangeOptions {
  return checkVersion(checkOptions(options, changeNames, ['ifVersion']))
}

/**
 * The same for `enable`, `disable` and `revoke`. A trial that got lost on its way must not become a change.
 *
 * @throws InvalidInput
 */
export function checkTrialOptions(options: TrialOptions): TrialOptions {
  checkVersion(checkOptions(options, trialNames, ['ifVersion', 'dryRun']))
  if ('dryRun' in options && typeof options.dryRun !== 'boolean') throw new InvalidInput('dryRun', 'a boolean')
  return options
}

function checkVersion(options: ChangeOptions): ChangeOptions {
  if (options.ifVersion !== undefined) wholeNumber(options.ifVersion, 'ifVersion', { least: 1, Invalid: InvalidInput })
  return options
}

function checkOptions<O extends ManageOptions>(options: O, names: NamesOf<O>, more: readonly string[] = []): O {
  checkNames(options, names, { Invalid: InvalidInput, defined: ['actor', 'within', ...more] })
  checkBoundary(options.within)
  if (options.context !== undefined) checkNames(options.context, contextNames, { at: 'context', Invalid: InvalidInput })
  return options
}

/** @throws InvalidInput for a boundary that is misspelt, or lost a part on its way. */
export function checkBoundary(within: KeyBoundary | undefined): void {
  if (within === undefined) return
  checkNames(within, boundaryNames, { at: 'within', Invalid: InvalidInput, defined: Object.keys(boundaryNames) })
}

/** The actor of a call, copied. */
export function checkActor({ actor }: Pick<ManageOptions, 'actor'>): Actor {
  return actor === undefined ? { type: 'system', id: 'keyring' } : checkSomebody(actor, 'actor')
}

/** Somebody whom a field names, copied. */
export function checkSomebody(actor: Actor, field: string): Actor {
  if (actor?.type !== 'user' && actor?.type !== 'key' && actor?.type !== 'system') {
    throw new InvalidInput(`${field}.type`, "'user', 'key' or 'system'")
  }
  checkNames(actor, { type: true, id: true, token: true }, { at: field, Invalid: InvalidInput })
  const id = checkId(actor.id, `${field}.id`)
  if (actor.type !== 'key' || actor.token === undefined) return { type: actor.type, id }
  if (actor.token !== 'current' && actor.token !== 'previous' && actor.token !== 'delegate') {
    throw new InvalidInput(`${field}.token`, "'current', 'previous' or 'delegate'")
  }
  return { type: actor.type, id, token: actor.token }
}

/** Returns a checked copy of the context of a call: `requestId`, `ip` and `userAgent`, and no other field. */
export function checkContext(options: ManageOptions): AuditContext {
  const { requestId, ip, userAgent } = options.context ?? {}
  const fields = Object.entries({ requestId, ip, userAgent }).filter(([, value]) => value !== undefined)
  for (const [name, value] of fields) {
    if (typeof value !== 'string') throw new InvalidInput(`context.${name}`, 'a string')
  }
  return Object.fromEntries(fields.map(([name, value]) => [name, cut(String(value))]))
}

/** Returns the part of a text from outside that the audit log stores: its first 256 characters. */
export function cut(text: string): string {
  // The cut can leave a lone surrogate, which canonical JSON refuses. A long user agent must not block a revocation.
  return text.slice(0, 256).replaceAll(/\p{Cs}/gu, '\ufffd')
}

/** Tests whether a call may reach a key. It never reaches a tombstone, and an empty boundary contains no key. */
export function isWithin(record: KeyRecord, within: KeyBoundary | undefined): boolean {
  return record.status !== 'deleted' && isOwnerWithin(record.owner, within)
}

/** Tests whether a call may reach the keys of an owner. */
export function isOwnerWithin(of: Owner, within: KeyBoundary | undefined): boolean {
  if (within === undefined) return true
  const { organizationId, owner } = within
  if (organizationId === undefined && owner === undefined) return false
  return (
    (organizationId === undefined || organizationOf(of) === organizationId) &&
    (owner === undefined || isSameOwner(of, owner))
  )
}
