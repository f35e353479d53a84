import { type Principal, partsOf } from '../access/index.js'
import {
  accountAt,
  type BudgetAdmission,
  type BudgetDenial,
  type BudgetReservation,
  type BudgetState,
  grantTo,
  type KeptBudget,
  maxCredits,
  type Spender,
  settleParts,
  stateOf,
} from '../budgets/index.js'
import { checkNames, wholeNumber } from '../check/index.js'
import type { TokenFormat } from '../crypto/index.js'
import { InvalidInput, KeyNotFound, RequestRepeated, ScopeExceedsActor } from '../errors/index.js'
import {
  checkActor,
  checkBoundary,
  checkContext,
  checkId,
  checkKeyId,
  checkOwner,
  isWithin,
  type KeyBoundary,
  type ManageOptions,
} from '../input/index.js'
import { requestOnce } from '../manage/index.js'
import { type AuditKey, type KeyStore, requestMemoryMs, wrapStoreErrors } from '../store/index.js'
import { isRecord, type Owner } from '../values/index.js'
import { readReservation } from './read-reservation.js'
import { requireBudgets, type SpendingParts, takeCredits } from './spender.js'

/** Whose budget: that of a key, with those that it is under; of an owner, with their organization's; or of an organization. */
export type BudgetQuery = { readonly keyId: string } | { readonly owner: Owner } | { readonly organizationId: string }

/** How far `budgets.get` may reach. */
export interface BudgetGetOptions {
  /** The keys that the call may reach. @defaultValue all keys */
  readonly within?: KeyBoundary
}

/** Who grants credits, and which keys the call may reach; the id of a request that may be sent again. */
export type GrantOptions = Pick<ManageOptions, 'actor' | 'context' | 'within' | 'idempotencyKey'>

/** The answer to `budgets.reserve`. */
export type ReserveResult =
  | ({ readonly ok: true } & Omit<BudgetAdmission, 'admitted'>)
  | ({ readonly ok: false } & Omit<BudgetDenial, 'admitted'>)

/** What is left of budgets, and calls whose cost is known later. */
export interface KeyringBudgets {
  /**
   * Tells what is left of each budget that a key, an owner or an organization is under: an empty list, if of none. A key can spend the
   * least of what they have left.
   *
   * @throws {@link InvalidInput}, naming the field; {@link KeyNotFound}; {@link StoreUnavailable}
   *
   * @example
   * ```ts
   * for (const { holder, remaining, limit, refillsAt } of await keyring.budgets.get({ keyId: key.id })) {
   *   console.log(`${holder}: ${remaining} of ${limit}, again at ${refillsAt?.toISOString() ?? 'no time'}`)
   * }
   * ```
   */
  get(query: BudgetQuery, options?: BudgetGetOptions): Promise<readonly BudgetState[]>

  /**
   * Takes credits for work beside a request's own cost: from all budgets that its key is under, or from none. They are spent, unless
   * {@link KeyringBudgets.settle} says within 24 hours what the work really cost.
   *
   * @throws {@link InvalidInput}, naming the field; {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * const reserved = await keyring.budgets.reserve(principal, 500)
   * if (!reserved.ok) return tooExpensive(reserved.refillsAt)
   * const { tokens } = await answer(question, { maxTokens: 500 })
   * await keyring.budgets.settle(reserved.reservation, tokens)
   * ```
   */
  reserve(principal: Principal, cost: number): Promise<ReserveResult>

  /**
   * Says what a call really cost: gives back what it did not need, or takes what it needed beyond that, also where it is not there: then
   * it is taken from what comes next. It is done once; the same call again does nothing.
   *
   * @param of - The principal of a request, for the cost that its guard took; or what `reserve` gave, also in another process.
   * @throws {@link RequestRepeated} when it was settled at another cost.
   * @throws {@link InvalidInput}, naming the field: also for a reservation that is older than 24 hours. It stays spent.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails: then call it again.
   *
   * @example
   * ```ts
   * app.post('/answers', requireKey(keyring, { scopes: ['answers.write'], cost: 100 }), async (req, res) => {
   *   const { text, tokens } = await answer(req.body)
   *   await keyring.budgets.settle(req.principal, tokens)
   *   res.json({ text })
   * })
   * ```
   */
  settle(of: Principal | BudgetReservation, actualCost: number): Promise<void>

  /**
   * Adds credits to one budget, with an audit record. They are spent after the limit, and stay until they are spent. Who may do so is
   * for your code to decide; an API key never may.
   *
   * @throws {@link InvalidInput}, naming the field: also for a key, an owner or an organization without a budget of its own.
   * @throws {@link KeyNotFound}; {@link ScopeExceedsActor} when the actor is a key.
   * @throws {@link RequestRepeated} when `idempotencyKey` was used before: then nothing is granted.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * await keyring.budgets.grant({ organizationId: 'acme' }, 10_000, { actor: { type: 'user', id: 'ada' } })
   * ```
   */
  grant(query: BudgetQuery, credits: number, options?: GrantOptions): Promise<BudgetState>
}

/** What the methods work with. */
export interface BudgetParts extends SpendingParts {
  readonly store: Pick<KeyStore, 'find'> & SpendingParts['store']
  readonly spender: Spender
  readonly format: TokenFormat
  readonly auditKey: AuditKey | undefined
}

export function keyringBudgets(parts: BudgetParts): KeyringBudgets {
  return Object.freeze({
    get: async (query, options = {}) => get(parts, query, options),
    reserve: async (principal, cost) => reserve(parts, principal, cost),
    settle: async (of, actualCost) => settle(parts, of, actualCost),
    grant: async (query, credits, options = {}) => grant(parts, query, credits, options),
  } satisfies KeyringBudgets)
}

async function get(parts: BudgetParts, query: BudgetQuery, options: BudgetGetOptions): Promise<readonly BudgetState[]> {
  checkNames(options, { within: true }, { Invalid: InvalidInput, defined: ['within'] })
  checkBoundary(options.within)
  const { kept } = await findKept(parts, query, options.within)
  if (kept.length === 0) return []
  const { now, states } = await wrapStoreErrors(requireBudgets(parts).read(kept.map(({ account }) => account)))
  return kept.flatMap((one, at) => {
    const state = states[at]
    return state === undefined ? [] : [stateOf(one, state, now)]
  })
}

/** The budgets that are asked for, the innermost first, and whose that one is. */
async function findKept(
  parts: BudgetParts,
  query: BudgetQuery,
  within?: KeyBoundary,
): Promise<{ readonly of: 'key' | 'owner' | 'organization'; readonly kept: readonly KeptBudget[] }> {
  if (!isRecord(query) || Object.keys(query).length !== 1) {
    throw new InvalidInput('query', 'one of { keyId }, { owner } and { organizationId }')
  }
  checkNames(query, { keyId: true, owner: true, organizationId: true }, { Invalid: InvalidInput })
  if ('owner' in query) return { of: 'owner', kept: await parts.budgets.ofOwner(checkOwner(query.owner)) }
  if ('organizationId' in query) {
    const id = checkId(query.organizationId, 'organizationId')
    return { of: 'organization', kept: await parts.budgets.ofOrganization(id) }
  }
  const keyId = checkKeyId(parts.format, query.keyId)
  const found = await wrapStoreErrors(parts.store.find(keyId))
  if (found === null || found.record.status === 'deleted' || !isWithin(found.record, within)) {
    throw new KeyNotFound(keyId)
  }
  return { of: 'key', kept: await parts.budgets.ofKey(found.record) }
}

async function reserve(parts: BudgetParts, principal: unknown, cost: unknown): Promise<ReserveResult> {
  const key = partsOf(principal)
  if (key === null) throw new InvalidInput('principal', 'the principal of a request')
  const credits = checkCost(cost, 'cost')
  const verdict = await wrapStoreErrors(takeCredits(parts, key, credits))
  if (verdict === null) {
    const about = { id: crypto.randomUUID(), keyId: key.record.id, organizationId: '', takenAt: key.now }
    return { ok: true, states: [], reservation: { ...about, cost: credits, parts: [] } }
  }
  if (verdict.admitted) return { ok: true, states: verdict.states, reservation: verdict.reservation }
  const { admitted: ok, ...denial } = verdict
  return { ok, ...denial }
}

async function settle(parts: BudgetParts, of: unknown, cost: unknown): Promise<void> {
  const actualCost = checkCost(cost, 'actualCost')
  const request = partsOf(of)
  const reservation = request === null ? readReservation(of) : parts.spender.reservationOf(request)
  if (reservation === null || reservation.parts.length === 0) return
  const { id, keyId, organizationId, takenAt, parts: from } = reservation
  const settling = requireBudgets(parts).change({
    accounts: from.map((part) => ({ organizationId, holder: part.holder, id: part.id })),
    once: { id: `settle:${id}`, fingerprint: String(actualCost) },
    about: keyId,
    isAudited: false,
    decide: (read) => {
      // After that, the store forgets whether it was settled.
      if (read.now.getTime() - takenAt.getTime() > requestMemoryMs - marginMs) {
        throw new InvalidInput('of', 'a reservation that was taken less than 24 hours ago')
      }
      return { write: settleParts(from, { cost: reservation.cost, actualCost }, read), audit: [], result: null }
    },
  })
  await wrapStoreErrors(settling).catch((error: unknown) => {
    if (!(error instanceof RequestRepeated && error.isSame)) throw error
  })
}

/** How long a call may take that was begun in time. */
const marginMs = 60_000

async function grant(
  parts: BudgetParts,
  query: BudgetQuery,
  credits: unknown,
  options: GrantOptions,
): Promise<BudgetState> {
  const names = { actor: true, context: true, within: true, idempotencyKey: true } as const
  checkNames(options, names, { Invalid: InvalidInput, defined: ['actor', 'within'] })
  checkBoundary(options.within)
  const granted = wholeNumber(credits, 'credits', { least: 1, most: maxCredits, Invalid: InvalidInput })
  const actor = checkActor(options)
  const context = checkContext(options)
  if (actor.type === 'key') throw new ScopeExceedsActor('actor', ['the granting of credits'])
  const { of, kept } = await findKept(parts, query, options.within)
  const own = kept.find(({ account }) => account.holder === of)
  if (own === undefined) throw new InvalidInput('query', `${nouns[of]} with a budget of its own`)
  const { account, budget } = own
  const draft = {
    type: 'budget.granted' as const,
    actor,
    keyId: of === 'key' ? account.id : null,
    context,
    data: { holder: of, id: account.id, credits: granted },
  }
  const granting = requireBudgets(parts).change({
    accounts: [account],
    once: requestOnce({ verb: 'grant', actor, organizationId: account.organizationId }, options, {
      holder: of,
      id: account.id,
      credits: granted,
    }),
    about: '',
    isAudited: true,
    auditKey: parts.auditKey,
    decide: ({ now, states: [state] }) => {
      if (state === undefined) throw new TypeError('The store has not read the account')
      if (state.extra + granted > maxCredits) {
        throw new InvalidInput('credits', `so few that no more than ${maxCredits} are there beside the limit`)
      }
      const after = accountAt(grantTo(accountAt(state, budget, now), granted), budget, now)
      return { write: [after], audit: [draft], result: stateOf(own, after, now) }
    },
  })
  return wrapStoreErrors(granting)
}

const nouns = { key: 'a key', owner: 'an owner', organization: 'an organization' } as const

function checkCost(value: unknown, field: string): number {
  return wholeNumber(value, field, { least: 0, most: maxCredits, Invalid: InvalidInput })
}
