import { InvalidInput } from '../errors/index.js'
import { checkId, checkOwner, checkSomebody, checkTag, maxTags } from '../input/index.js'
import { type KeyFilter, type ListedStatus, organizationOf, soughtWords, tagTerm } from '../store/index.js'
import type { Actor, KeyStatus, Owner } from '../values/index.js'
import { checkInstant } from './check-instant.js'
import type { ReadParts } from './parts.js'
import { termsThatGive } from './terms-that-give.js'

/** Which keys. A key must meet all that is given. */
export interface KeySelection {
  /** Leave it out, in place of `undefined`, to list the keys of all organisations. */
  readonly organizationId?: string
  /** Leave it out, in place of `undefined`, to list the keys of all owners. */
  readonly owner?: Owner
  /** Leave it out, in place of `undefined`, to list the keys whoever created them. */
  readonly createdBy?: Actor
  /**
   * What a person types, at most 100 characters and 8 words. For each word of it, the key has a word in its name or in a tag that begins so,
   * without regard to case and accents; or its `preview` begins so, with or without what stands before its last `_`. Blank text finds
   * all keys. Needs `organizationId` or `owner`, as do all below but `status`.
   */
  readonly search?: string | undefined
  /** One tag, or several of which a key has all, whole, without regard to case and accents. */
  readonly tag?: string | readonly string[] | undefined
  /** One of the keyring's environments, with the keys of former ones that belong to it. `null`: keys without an environment. */
  readonly environment?: string | null | undefined
  /**
   * A global scope: keys that have it everywhere, by name, by a scope that implies it, by a wildcard, a preset or a role as it is
   * now. What keys may do on single resources is not looked at, nor what their owners may do.
   */
  readonly scope?: string | undefined
  /** One status, or several of which a key has one. */
  readonly status?: KeyStatus | readonly KeyStatus[] | undefined
  /** Keys that were made before this instant, and not used since. */
  readonly unusedSince?: Date | undefined
  /** Keys whose expiry is before this instant: those that have expired, too, unless `status` leaves them out. */
  readonly expiringBefore?: Date | undefined
  /**
   * Keys that could not be made as they are, by the policy of the keyring and of the organisation's plan as it is now. Those that have
   * ended, too, unless `status` leaves them out. @defaultValue false: whether they break it is not looked at
   */
  readonly breaksPolicy?: boolean | undefined
}

/** A {@link KeySelection} that was checked. */
export interface ReadSelection {
  /** @throws InvalidInput where neither an organisation nor an owner is given: there is no index over all of them. */
  requireOrganization(field: string): string
  /** What a store is to list. Asks the host for roles that it looks up, and for the plan. */
  load(): Promise<KeyFilter>
}

const statuses: readonly unknown[] = ['active', 'disabled', 'revoked', 'expired'] satisfies KeyStatus[]
const mostSearched = 100
const mostWords = 8
/** Of a token, what stands behind its namespace and is no secret: `_` and the id. */
const publicPart = 13

/** @throws InvalidInput, naming the field. */
export function readSelection(parts: ReadParts, query: KeySelection): ReadSelection {
  const { createdBy, search, tag, environment, scope, status, breaksPolicy = false } = query
  if (typeof breaksPolicy !== 'boolean') throw new InvalidInput('breaksPolicy', 'a boolean')
  const unusedSince = checkInstant(query.unusedSince, 'unusedSince')
  const expiringBefore = checkInstant(query.expiringBefore, 'expiringBefore')
  const organization =
    query.organizationId === undefined ? {} : { organizationId: checkId(query.organizationId, 'organizationId') }
  const owner = query.owner === undefined ? {} : { owner: checkOwner(query.owner) }
  const within = organization.organizationId ?? (owner.owner === undefined ? null : organizationOf(owner.owner))
  const requireOrganization = (field: string): string => {
    if (within !== null) return within
    const message = `Option ${field} needs organizationId or owner: keys of all organisations are listed by creation and status.`
    throw new InvalidInput(field, 'given with organizationId or owner', message)
  }
  for (const field of ['search', 'tag', 'environment', 'scope', 'unusedSince', 'expiringBefore'] as const)
    if (query[field] !== undefined) requireOrganization(field)
  const bound = breaksPolicy ? requireOrganization('breaksPolicy') : null
  const filter: KeyFilter = {
    ...organization,
    ...owner,
    ...(createdBy === undefined ? {} : { createdBy: checkSomebody(createdBy, 'createdBy') }),
    ...(search === undefined ? {} : { words: soughtWords(checkSearch(parts, search)) }),
    ...(tag === undefined ? {} : { tags: soughtTags(parts, tag) }),
    ...(environment === undefined ? {} : { environments: storedEnvironments(parts, environment) }),
    ...(status === undefined ? {} : { status: checkStatus(status) }),
    ...(unusedSince === undefined ? {} : { unusedSince }),
    ...(expiringBefore === undefined ? {} : { expiringBefore }),
  }
  return {
    requireOrganization,
    load: async () => ({
      ...filter,
      ...(scope === undefined ? {} : { holds: await termsThatGive(parts.access, scope, requireOrganization('scope')) }),
      ...(bound === null ? {} : { breaks: (await parts.plans.of(bound)).policy }),
    }),
  }
}

/** A whole token is refused: text that is searched for ends up in addresses and logs. */
function checkSearch(parts: ReadParts, search: unknown): string {
  if (typeof search !== 'string' || search.length > mostSearched || /\p{Cc}|\p{Cs}/u.test(search)) {
    throw new InvalidInput('search', `a string of at most ${mostSearched} printable characters`)
  }
  if (hasToken(parts, search)) {
    const message = 'search must be a name, a tag or the beginning of a preview: never search for a token.'
    throw new InvalidInput('search', 'a name, a tag or the beginning of a preview, not a token', message)
  }
  if (search.trim().split(/\s+/).length > mostWords) throw new InvalidInput('search', `at most ${mostWords} words`)
  return search
}

/** Whether more of a token stands anywhere in a text than may be shown. */
function hasToken({ format: { namespaces, foreign } }: ReadParts, text: string): boolean {
  const isShown = (behind: string) => (/^\w*/.exec(behind)?.[0].length ?? 0) < publicPart
  return [...namespaces, ...foreign].some((namespace) => !text.split(`${namespace}_`).slice(1).every(isShown))
}

/** What the tags of a filter are sought by. */
function soughtTags(parts: ReadParts, given: unknown): readonly string[] {
  const tags: readonly unknown[] = Array.isArray(given) ? Array.from(given) : [given]
  if (tags.length === 0 || tags.length > maxTags) throw new InvalidInput('tag', `one tag, or a list of 1 to ${maxTags}`)
  const checked = tags.map((one) => checkTag(one, 'tag'))
  if (checked.some((tag) => hasToken(parts, tag))) throw new InvalidInput('tag', 'a tag, not a token')
  return [...new Set(checked.map(tagTerm))]
}

/** The environments that are stored with keys which belong to this one now. */
function storedEnvironments({ environmentOf }: ReadParts, asked: unknown): readonly (string | null)[] {
  const stored = [...environmentOf].filter(([, now]) => now === asked).map(([name]) => name)
  if (stored.length > 0) return stored
  throw new InvalidInput('environment', `one of ${[...new Set(environmentOf.values())].map(String).join(', ')}`)
}

function checkStatus(status: unknown): readonly ListedStatus[] {
  const asked: readonly unknown[] = Array.isArray(status) ? Array.from(status) : [status]
  if (asked.length === 0 || !asked.every((one) => statuses.includes(one)))
    throw new InvalidInput('status', `one or several of ${statuses.join(', ')}`)
  return [...new Set(asked)] as ListedStatus[] // as was just asked
}
