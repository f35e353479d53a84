import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput, InvalidOptions } from '../errors/index.js'
import type { NoticeKind, NoticePlace, StoreNotices } from '../notices/index.js'
import { organizationRun } from '../outage/index.js'
import { wrapStoreErrors } from '../store/index.js'
import type { DueOptions, DueResult } from './due-result.js'
import { decideNotice, type NoticeRule, rulesAt } from './due-rules.js'
import { type Handed, handNotices } from './hand-notices.js'
import type { NoticeSettings } from './notices-options.js'
import type { DueParts, Running } from './parts.js'
import { countRotations, type RotationCounts, rotateDue } from './rotate-due.js'

const optionNames: NamesOf<DueOptions> = { dryRun: true, onProgress: true }
/** Keys of one transaction: it is over before another writer would notice. */
const atOnce = 100

/** See `Keyring.runDue`. */
export async function runDue(parts: DueParts, options: DueOptions): Promise<DueResult> {
  checkNames(options, optionNames, { Invalid: InvalidInput, defined: ['dryRun'] })
  const { dryRun = false, onProgress = () => {} } = options
  if (typeof dryRun !== 'boolean') throw new InvalidInput('dryRun', 'a boolean')
  if (typeof onProgress !== 'function') throw new InvalidInput('onProgress', 'a function')
  const { notices, rotation, store } = parts
  if (notices === null && rotation === null) {
    const message =
      'Option notices must say of which keys to tell, such as notices: { expiringDays: [30, 7, 1] }, or option rotation where new tokens go.'
    throw new InvalidOptions('notices', 'what to tell of keys', message)
  }
  if (notices !== null && store.notices === undefined) {
    const message = 'Option store must be one that keeps notices, such as kyselyStore(db): this one has no notices.'
    throw new InvalidOptions('store', 'a key store with notices', message)
  }
  // First: a token that waits is needed sooner than a mail.
  const rotations =
    rotation === null
      ? noRotations
      : dryRun
        ? await countRotations(parts)
        : await rotateDue(parts, rotation, (step) => onProgress({ step, organizationId: null, count: 1 }))
  if (notices === null || store.notices === undefined) return { ...rotations, ...noNotices }
  return { ...rotations, ...(await tellAll(parts, notices, store.notices, { dryRun, onProgress })) }
}

type NoticeCounts = Omit<DueResult, keyof typeof noRotations>

const noNotices: NoticeCounts = { expiring: 0, unused: 0, handed: 0, failed: 0 }
const noRotations: RotationCounts = { rotated: 0, delivered: 0, undelivered: 0 }

async function tellAll(
  parts: DueParts,
  settings: NoticeSettings,
  kept: StoreNotices,
  { dryRun, onProgress }: { readonly dryRun: boolean; readonly onProgress: Running['tell'] },
): Promise<NoticeCounts> {
  const rules = rulesAt(settings, await wrapStoreErrors(parts.store.now()))
  const { tell, each } = organizationRun(parts.store, onProgress)
  const running: Running = { ...parts, settings, kept, worker: crypto.randomUUID(), tell }
  const counts: Record<NoticeKind, number> = { expiring: 0, unused: 0 }
  const failures = await each(kept, async (organizationId) => {
    for (const rule of rules) counts[rule.kind] += await applyRule(running, organizationId, rule, dryRun)
  })
  const none: Handed = { handed: 0, failed: 0 }
  const given = dryRun || settings.onNotice === null ? none : await handNotices(running, settings.onNotice)
  if (failures.length > 0) throw failures[0]
  return { ...counts, ...given }
}

/** Tells of the keys of an organization that fall under a rule, some at a time. Returns of how many, or of how many it would. */
async function applyRule(
  { kept, settings, tell }: Running,
  organizationId: string,
  rule: NoticeRule,
  dryRun: boolean,
): Promise<number> {
  const { kind } = rule
  let sum = 0
  let place: NoticePlace | null = null
  for (;;) {
    const page: readonly NoticePlace[] = await wrapStoreErrors(
      kept.due({ organizationId, ...rule, place, limit: atOnce }),
    )
    const keyIds = page.map(({ keyId }) => keyId)
    if (dryRun) sum += page.length
    else if (keyIds.length > 0) {
      const isHanded = settings.onNotice !== null
      const told = await wrapStoreErrors(
        kept.tell({
          ...{ organizationId, kind, keyIds, isHanded },
          decide: (record, last, now) => decideNotice(settings, kind, record, last, now),
        }),
      )
      sum += told.length
      if (told.length > 0) tell({ step: kind, organizationId, count: told.length })
    }
    place = page.at(-1) ?? null
    if (place === null || page.length < atOnce) return sum
  }
}
