import type { KeyObject } from 'node:crypto'
import { type Access, allowsGlobally, heldBy, type Principal, type PrincipalParts } from '../access/index.js'
import { type ChildMarks, marksOf, maxChildLength, tokenOf, writeChildToken } from '../child-token/index.js'
import { Secret } from '../crypto/index.js'
import { isInGrace } from '../delegates/index.js'
import {
  InvalidInput,
  InvalidOptions,
  InvalidState,
  type ObstructiveStatus,
  ScopeExceedsActor,
} from '../errors/index.js'
import { type Found, isPast, organizationOf, wrapStoreErrors } from '../store/index.js'
import { checkDelegateInput, type DelegateInput } from './delegate-input.js'
import type { MintingParts } from './parts.js'

/** A token that was delegated. It has no row: this is the only time that it is shown. */
export interface DelegatedToken {
  /** Its id, for logs: the `id` of a principal's `delegation`. */
  readonly delegateId: string
  readonly token: Secret
  /** 1 for a token that a key made, and one more for each further time. */
  readonly depth: number
  /** When it ends: not after its key, nor after the token that it was made with. */
  readonly expiresAt: Date
  /** How long that is, by the clock of the store. */
  readonly ttlMs: number
}

/** The part of a keyring that delegates. */
export interface Delegating<A extends Access = Access> {
  /**
   * Makes a token that can do a part of what a principal can, for minutes: for a sub-agent, or for code in a browser. Nothing is
   * stored. Each request with it reads its key, so whatever ends or lowers the key does so to the token, from the next request on; a
   * rotation ends it with the token that it was made with. It manages no keys, and its uses are its key's.
   *
   * @param principal - As `verify` or a guard gave it, also narrowed. One that came with a delegated token may pass a part of that on,
   * as often as `delegates.maxDepth` allows.
   * @throws {@link InvalidOptions} when the keyring has no `delegates`.
   * @throws {@link InvalidInput} or {@link ScopeUnknown}, naming the field: also for more than fits into a header of 4096 characters.
   * @throws {@link ScopeExceedsActor} for a scope that the principal does not have, and for one delegation too many.
   * @throws {@link InvalidState} when the key cannot be used any more, or its token was rotated; {@link StoreUnavailable}.
   *
   * @example
   * ```ts
   * const verdict = await keyring.verify(text)
   * if (!verdict.ok) return refuse(verdict.refusal)
   * const { token } = await keyring.delegate(verdict.principal, { scopes: ['tasks.read'], ttlMs: 60_000 })
   * startSubAgent({ apiKey: token.reveal() })
   * ```
   */
  delegate(principal: Principal<A>, input: DelegateInput<A>): Promise<DelegatedToken>
}

/**
 * See {@link Delegating.delegate}. The key is read once, so that the end is told by the store's clock, and a principal that was kept
 * for long delegates nothing that its key has not any more.
 */
export async function delegate(parts: MintingParts, principal: unknown, input: unknown): Promise<DelegatedToken> {
  const { access, delegates: terms, format } = parts
  if (terms === null) {
    const message =
      'Option delegates is not set, so this keyring delegates nothing: createKeyring({ delegates: {}, … }).'
    throw new InvalidOptions('delegates', 'set', message)
  }
  const holder = heldBy(principal)
  // Another catalog is another keyring's, whose scopes mean something else.
  if (holder === null || holder.parts.access.scopes !== access.scopes) {
    throw new InvalidInput('principal', 'what verify or a guard of this keyring gave')
  }
  const { parts: held, within } = holder
  const { scopes, resources, ttlMs } = checkDelegateInput(access, input, terms.maxTtlMs)
  refuseExceeding(held, scopes)
  const depth = (held.delegation?.depth ?? 0) + 1
  if (depth > terms.maxDepth) throw new ScopeExceedsActor('principal', ['one delegation more'])

  await wrapStoreErrors(parts.peppers.run())
  const [key] = terms.keys
  // Of the token that the principal came with, not of the one that the key has by now.
  const marks = marksOf(key, held.record, held.token ?? 'current')
  const found = await wrapStoreErrors(parts.store.find(held.record.id))
  const { expiresAt, left } = endOf(parts, found, { held, marks, key }, ttlMs)
  const names = { namespace: format.namespaces[0] ?? '', keyId: held.record.id, id: parts.tokens.newId() }
  const token = writeChildToken(key, names, {
    depth,
    expiresAt,
    marks,
    scopes: [...(held.delegation?.scopes ?? []), scopes],
    resources: bothOf(within, resources),
  })
  if (token === null) {
    const message = `scopes and resources must fit into a token of ${maxChildLength} characters: name fewer, or a wildcard.`
    throw new InvalidInput('scopes', 'fewer, with resources', message)
  }
  const { keyId, id } = names
  const organizationId = organizationOf(held.record.owner)
  parts.emit({
    type: 'api_key.delegated',
    keyId,
    organizationId,
    delegateId: id,
    depth,
    expiresAt: new Date(expiresAt),
  })
  return { delegateId: id, token: new Secret(token), depth, expiresAt, ttlMs: left }
}

/** Refuses scopes by name that the principal lacks. What a wildcard gives, and what holds on a resource, each use tells. */
function refuseExceeding(held: PrincipalParts, scopes: readonly string[]): void {
  const { resourceScopes } = held.access
  const isHeld = (scope: string): boolean =>
    resourceScopes.has(scope) ? held.delegation?.ceiling.allows(scope) !== false : allowsGlobally(held, scope)
  const exceeding = scopes.filter((scope) => !scope.includes('*') && !isHeld(scope))
  if (exceeding.length > 0) throw new ScopeExceedsActor('scopes', exceeding)
}

/**
 * When the token ends: after its time, and not after its key, nor after what it was made with.
 *
 * @throws InvalidState for a key that cannot be used now, and where the principal's token works no more.
 */
function endOf(
  { environment, environmentOf }: MintingParts,
  found: Found | null,
  { held, marks, key }: { readonly held: PrincipalParts; readonly marks: ChildMarks; readonly key: KeyObject },
  ttlMs: number,
): { readonly expiresAt: Date; readonly left: number } {
  const { id } = held.record
  const refused = (status: ObstructiveStatus): InvalidState => new InvalidState(id, status, 'delegate')
  if (found === null) throw refused('deleted')
  const { record, now } = found
  if (record.status !== 'active') throw refused(record.status)
  if (record.damaged.length > 0) throw refused('damaged')
  if (environmentOf.get(record.environment) !== environment) throw refused('environment_unknown')
  const of = tokenOf(key, record, marks)
  const graceEnd = of === 'previous' ? record.previousHashExpiresAt : null
  if (of === null || (of === 'previous' && !isInGrace(graceEnd, now))) throw refused('rotated_meanwhile')
  const ends = [new Date(now.getTime() + ttlMs), record.expiresAt, graceEnd, held.delegation?.expiresAt ?? null]
  const end = new Date(Math.min(...ends.flatMap((each) => (each === null ? [] : [each.getTime()]))))
  if (isPast(end, now)) throw refused('expired')
  return { expiresAt: end, left: end.getTime() - now.getTime() }
}

/** The resources that are in both. A type that one of them does not name is as wide as the other. */
function bothOf(
  within: ReadonlyMap<string, ReadonlySet<string>>,
  asked: ReadonlyMap<string, readonly string[]>,
): Readonly<Record<string, readonly string[]>> {
  const types = new Set([...within.keys(), ...asked.keys()])
  const idsOf = (type: string): readonly string[] => {
    const reached = within.get(type)
    return (asked.get(type) ?? [...(reached ?? [])]).filter((id) => reached?.has(id) !== false)
  }
  return Object.fromEntries([...types].map((type) => [type, idsOf(type)]))
}
