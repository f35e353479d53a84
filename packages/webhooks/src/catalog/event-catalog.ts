import { type Access, InvalidOptions, type ScopeOf } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'

/** A type of events that a product sends. */
export interface EventDefinition<S extends string = string> {
  /** The sentence that people read when they choose types. */
  readonly description: string
  /** The scope that a key needs to hear of it: on the event's resource, if it is a scope of resources. */
  readonly scope: S
}

/** The types of events of a product, by their names, such as `board.updated`. */
export type EventDefinitions<S extends string = string> = Readonly<Record<string, EventDefinition<S>>>

/** The events of keys themselves: `api_key.created` and the other types of the audit log, `api_key.expiring` and `api_key.unused`. */
export interface KeyEvents<S extends string = string> {
  /** The scope that a key needs to hear of all keys of its organization. */
  readonly scope: S
  /**
   * How many days before a key expires to say so with `api_key.expiring`: once for each. Whole numbers from 1 to 365.
   * @defaultValue `[30, 7, 1]`
   */
  readonly expiryNoticeDays?: readonly number[] | undefined
}

/** What endpoints can be sent. */
export interface EventCatalog {
  readonly types: ReadonlyMap<string, EventDefinition>
  /** The types that a product itself may publish. */
  readonly published: ReadonlySet<string>
  /** In descending order. */
  readonly expiryNoticeDays: readonly number[]
}

const definitionNames: NamesOf<EventDefinition> = { description: true, scope: true }
const keyEventNames: NamesOf<KeyEvents> = { scope: true, expiryNoticeDays: true }

/** The type of the event that only tests an endpoint. */
export const testType = 'webhook.test'

const keyTypes: Readonly<Record<string, string>> = {
  'api_key.created': 'A key was created.',
  'api_key.imported': 'A key was imported.',
  'api_key.renamed': 'A key was renamed.',
  'api_key.settings_changed': 'The description or the metadata of a key changed.',
  'api_key.scopes_changed': 'The scopes or the roles of a key changed.',
  'api_key.grants_changed': 'The resources of a key changed.',
  'api_key.limits_changed': 'The expiry, the addresses, the rate limits, the budget or the binding of a key changed.',
  'api_key.enabled': 'A key was enabled.',
  'api_key.disabled': 'A key was disabled.',
  'api_key.revoked': 'A key was revoked.',
  'api_key.end_scheduled': 'A key was given an end.',
  'api_key.deleted': 'A key was deleted.',
  'api_key.rotated': 'A key got a new token.',
  'api_key.rotation_grace_ended': 'The token before the last rotation ended early.',
  'api_key.leak_reported': 'A token was found where others can read it.',
  'api_key.transferred': 'A key went to somebody else.',
  'api_key.rotation_scheduled': 'A key was given a schedule of rotations, or it was ended.',
  'api_key.delivered': 'The new token of a key was delivered, and the time of the old one ends.',
  'api_key.expiring': 'A key expires soon.',
  'api_key.unused': 'Nobody has used a key for a long time.',
}

/** @throws {@link InvalidOptions} when a type or its scope is wrong. */
export function eventCatalog(access: Access, events: EventDefinitions, keyEvents: KeyEvents | undefined): EventCatalog {
  if (typeof events !== 'object' || events === null) throw new InvalidOptions('events', 'an object of event types')
  const types = new Map(Object.entries(events))
  for (const [type, definition] of types) {
    if (!/^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$/.test(type) || type.length > 64)
      throw new InvalidOptions('events', 'names of letters, digits, _ and single dots, at most 64 characters')
    if (type.startsWith('api_key.') || type.startsWith('webhook.'))
      throw new InvalidOptions(`events.${type}`, 'another name: those with api_key. and webhook. are taken')
    checkNames(definition, definitionNames, { at: `events.${type}` })
    checkScope(access, definition.scope, `events.${type}.scope`)
    if (typeof definition.description !== 'string')
      throw new InvalidOptions(`events.${type}.description`, 'a sentence for people')
  }
  const published = new Set(types.keys())
  if (keyEvents === undefined) return { types, published, expiryNoticeDays: [] }
  checkNames(keyEvents, keyEventNames, { at: 'keyEvents' })
  const { scope, expiryNoticeDays = [30, 7, 1] } = keyEvents
  checkScope(access, scope, 'keyEvents.scope')
  if (access.resourceScopes.has(scope))
    throw new InvalidOptions('keyEvents.scope', 'a scope that is not one of resources')
  if (!Array.isArray(expiryNoticeDays) || !expiryNoticeDays.every(isNoticeDay))
    throw new InvalidOptions('keyEvents.expiryNoticeDays', 'a list of whole numbers of days from 1 to 365')
  for (const [type, description] of Object.entries(keyTypes)) types.set(type, { description, scope })
  return { types, published, expiryNoticeDays: [...new Set(expiryNoticeDays)].sort((a, b) => b - a) }
}

function checkScope(access: Access, scope: unknown, option: string): void {
  if (typeof scope !== 'string' || !access.scopes.has(scope)) throw new InvalidOptions(option, 'a scope of the catalog')
}

function isNoticeDay(days: unknown): boolean {
  return Number.isInteger(days) && Number(days) >= 1 && Number(days) <= 365
}

/** The definitions of a product, with scopes of its own catalog. */
export type DefinitionsFor<A extends Access> = EventDefinitions<ScopeOf<A>>
