import type { Access } from '../access/index.js'
import { type AuditKeys, type AuditParts, parseAuditKeys } from '../audit/index.js'
import { type KeyReader, keyReader } from '../cache/index.js'
import { checkNames, didYouMean, wholeNumber } from '../check/index.js'
import { createTokenFactory, type Hasher, readImports, sha256 } from '../crypto/index.js'
import { readDelegates } from '../delegates/index.js'
import { type DueParts, readNotices, readRotation } from '../due/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { HandoverParts } from '../handover/index.js'
import { readNaming } from '../input/index.js'
import type { LeakParts } from '../leaks/index.js'
import { failedAttempts } from '../limits/index.js'
import { type ManageParts, readReveal, type Watchers, watchers } from '../manage/index.js'
import type { MintingParts } from '../minting/index.js'
import {
  outages,
  type PepperCheck,
  type ProcessWarnings,
  type ProxyWarning,
  pepperCheck,
  processWarnings,
  proxyWarning,
  storeBreaker,
} from '../outage/index.js'
import { readPlans } from '../plans/index.js'
import { readProofs } from '../proof/index.js'
import { requestLimits } from '../rates/index.js'
import { type BudgetParts, type BudgetSources, budgetSources, spender } from '../spending/index.js'
import type { KeyStore } from '../store/index.js'
import { type UsageBuffer, usageBuffer } from '../usage/index.js'
import { DeadlineLines, isolated } from '../values/index.js'
import { type KeyringEvent, rehashes, requestFacts, type VerifyParts } from '../verify/index.js'
import { type KeyringOptions, keyringOptionNames } from './options.js'

/** Everything that a keyring works with: each room names what it needs of it. */
export interface KeyringParts
  extends VerifyParts,
    ManageParts,
    AuditParts,
    LeakParts,
    Pick<HandoverParts, 'transfers'>,
    BudgetParts,
    MintingParts,
    Watchers,
    Pick<DueParts, 'notices' | 'rotation'> {
  readonly store: KeyStore
  readonly reader: KeyReader
  readonly usage: UsageBuffer
  readonly peppers: PepperCheck
  readonly rateLimits: VerifyParts['rateLimits']
  readonly format: VerifyParts['format']
  readonly tokens: ManageParts['tokens']
  /** Tells the operator where the host listens to no events; `null`: it does. */
  readonly warnings: ProcessWarnings | null
  readonly warnOfProxy: ProxyWarning
  /** How long one answer may take that a verb waits for, other than a verification. */
  readonly manageTimeoutMs: number
  readonly closeTimeoutMs: number
  /** Hears no more of the store. */
  readonly unwatch: () => void
  /** Settles when all work that runs beside the answers has. */
  readonly settled: () => Promise<void>
}

/**
 * Checks the options once, at start-up, and makes the parts of a keyring.
 *
 * @throws {@link InvalidOptions}, naming the option.
 */
export function makeParts(options: KeyringOptions): KeyringParts {
  checkNames(options, keyringOptionNames)
  const { access, store, resolveOwner, onEvent, allowKeyManagement = false, quarantineExposed = false } = options
  if (!(access?.scopes instanceof Map)) throw new InvalidOptions('access', 'what defineAccess returned')
  if (typeof store?.find !== 'function') throw new InvalidOptions('store', 'a key store such as kyselyStore(db)')
  if (typeof store.checkValue !== 'function') {
    const message = 'Option store must have checkValue: testKeyStore of @keywright/testkit checks the rest of it.'
    throw new InvalidOptions('store', 'a key store with checkValue', message)
  }
  if (resolveOwner !== 'uncapped' && typeof resolveOwner !== 'function') {
    throw new InvalidOptions('resolveOwner', "a function of the owner, or 'uncapped'")
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') throw new InvalidOptions('onEvent', 'a function')
  for (const [name, value] of Object.entries({ allowKeyManagement, quarantineExposed }))
    if (typeof value !== 'boolean') throw new InvalidOptions(name, 'a boolean')
  const naming = readNaming(options)
  const hasher = readHasher(options.hasher)
  const warnings = onEvent === undefined ? processWarnings() : null
  const heard = watchers(isolated(onEvent ?? ((event) => warnings?.failed(event.type, errorOf(event)))))
  const { emit } = heard
  const auditKeys = readAuditKeys(options, hasher)
  const plans = readPlans(options)
  const budgets = readBudgets(options, plans)
  const work = backgroundWork()
  const times = readTimes(options)
  const told = outages(emit, warnings)
  const breaker = storeBreaker({
    // The id of no key: it asks for the table and the right to read it, and no row can spoil the answer.
    probe: () => store.find('probe'),
    timeoutMs: times.verifyTimeoutMs,
    onAnswer: told.worked.bind(told, 'store'),
  })
  return Object.freeze({
    ...naming,
    ...work,
    ...times,
    access,
    store,
    hasher,
    resolveOwner,
    plans,
    budgets,
    keepsBudgets: store.budgets !== undefined,
    ...readProofs(options, store),
    spender: spender({ budgets, store }),
    allowKeyManagement,
    quarantineExposed,
    transfers: store.transfers,
    manageScope: readManageScope(access, options.manageScope),
    ...heard,
    warnings,
    warnOfProxy: proxyWarning(),
    outages: told,
    peppers: pepperCheck(hasher, {
      store,
      timeoutMs: times.verifyTimeoutMs,
      onWrong: (error) => emit({ type: 'hasher.wrong_pepper', pepperId: error.pepperId, error }),
    }),
    rehashes: rehashes(),
    tokens: createTokenFactory({ secretLength: options.secretLength }),
    rateLimits: requestLimits(options.rateLimits, options.rateLimiter, plans),
    failedAttempts: failedAttempts(options, (keyId, ip) =>
      emit({ type: 'api_key.guessed_at', keyId, ...requestFacts(ip, null) }),
    ),
    reveal: readReveal(options.reveal, [...naming.namespaceOf.keys()], hasher),
    delegates: readDelegates(options.delegates, hasher),
    imports: readImports(options.imports, options.failureLimit !== undefined),
    auditKeys,
    auditKey: auditKeys?.current,
    notices: readNotices(options.notices),
    rotation: readRotation(options.rotation, hasher),
    usage: usageBuffer(store, options.usageFlushMs, emit),
    uses: new WeakMap(),
    deadlines: new DeadlineLines(),
    seenScopes: new Set(access.scopes.keys()),
    // Last: these begin to listen, which wrong options must not.
    reader: keyReader(options.cache, { store, breaker, emit, background: work.background }),
    unwatch: store.watch?.(emit) ?? (() => {}),
  })
}

function readBudgets(options: KeyringOptions, plans: KeyringParts['plans']): BudgetSources {
  const budgets = budgetSources(options.budgets, plans)
  if (!budgets.hasShared || options.store.budgets !== undefined) return budgets
  throw new InvalidOptions('store', 'a store that keeps budgets, such as kyselyStore(db): this one has none')
}

function readAuditKeys(options: KeyringOptions, hasher: Hasher): AuditKeys | undefined {
  const auditKeys = parseAuditKeys(options.auditKeys)
  for (const { id, secret } of auditKeys?.byId.values() ?? []) {
    if (hasher.sharesKeyWith(secret)) {
      throw new InvalidOptions(`auditKeys.keys.${id}`, 'a secret that is no pepper of the hasher')
    }
  }
  return auditKeys
}

/** The right to manage: the scope that the host names, or the usual one if the catalog has it. */
function readManageScope({ scopes }: Access, given: unknown): string | null {
  if (given === undefined) return scopes.has('api_keys.manage_all') ? 'api_keys.manage_all' : null
  if (typeof given === 'string' && scopes.has(given)) return given
  const hint = typeof given === 'string' ? didYouMean(given, [...scopes.keys()]) : null
  const message = `Option manageScope must be a scope of the catalog.${hint === null ? '' : ` ${hint}`}`
  throw new InvalidOptions('manageScope', 'a scope of the catalog', message)
}

function readTimes(
  options: KeyringOptions,
): Pick<KeyringParts, 'verifyTimeoutMs' | 'manageTimeoutMs' | 'closeTimeoutMs'> {
  const { verifyTimeoutMs = 2_000, manageTimeoutMs = 10_000, closeTimeoutMs = 5_000 } = options
  const range = { least: 1, most: 60_000 }
  return {
    verifyTimeoutMs: wholeNumber(verifyTimeoutMs, 'verifyTimeoutMs', range),
    manageTimeoutMs: wholeNumber(manageTimeoutMs, 'manageTimeoutMs', range),
    closeTimeoutMs: wholeNumber(closeTimeoutMs, 'closeTimeoutMs', range),
  }
}

function errorOf(event: KeyringEvent): unknown {
  return 'error' in event ? event.error : null
}

function backgroundWork(): Pick<KeyringParts, 'background' | 'settled'> {
  const pending = new Set<Promise<unknown>>()
  return {
    background: (work) => {
      const tracked: Promise<unknown> = work.finally(() => pending.delete(tracked))
      pending.add(tracked)
    },
    settled: async () => {
      // What ends may have begun something else.
      while (pending.size > 0) await Promise.allSettled(pending)
    },
  }
}

function readHasher(hasher: Hasher | undefined): Hasher {
  if (hasher !== undefined) {
    if (typeof hasher?.verify !== 'function') throw new InvalidOptions('hasher', 'a hasher such as hmacSha256({ … })')
    return hasher
  }
  process.emitWarning(
    'Keys are hashed without a pepper: give createKeyring a hasher, hmacSha256({ current, peppers }).',
    { type: 'KeywrightWarning', code: 'KEYWRIGHT_NO_PEPPER' },
  )
  return sha256()
}
