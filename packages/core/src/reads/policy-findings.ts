import { breaksPolicy } from '../policy/index.js'
import { organizationOf, reasonOf } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import type { DoctorFinding } from './doctor-finding.js'
import type { DoctorParts } from './parts.js'

/** The oldest keys that still work, or may again: those from before a policy are among them. */
const oldestKeys = 1_000
/** Of so many organisations, the host is asked for the plan. */
const mostOrganizations = 100
const shown = 5

/** Keys that could not be made any more as they are: they were there before the policy. */
export async function findBrokenPolicies({ store, plans }: DoctorParts): Promise<readonly DoctorFinding[]> {
  if (!plans.holdPolicy) return []
  const { records } = await store.list({ status: ['active', 'disabled'], order: 'asc', limit: oldestKeys })
  const organizations = [...new Set(records.map(({ owner }) => organizationOf(owner)))].slice(0, mostOrganizations)
  const broken: KeyRecord[] = []
  let looked = 0
  for (const organizationId of organizations) {
    const keys = records.filter(({ owner }) => organizationOf(owner) === organizationId)
    try {
      const { policy } = await plans.of(organizationId)
      broken.push(...keys.filter((key) => breaksPolicy(key, policy)))
      looked += keys.length
    } catch (cause) {
      return [...tellOf(broken, looked), unknownPlan(organizationId, cause)]
    }
  }
  return tellOf(broken, looked)
}

function tellOf(broken: readonly KeyRecord[], looked: number): readonly DoctorFinding[] {
  if (broken.length === 0) return []
  const ids = broken.slice(0, shown).map(({ id }) => id)
  const some = `${ids.join(', ')}${broken.length > shown ? ' …' : ''}`
  const organizations = new Set(broken.map(({ owner }) => organizationOf(owner))).size
  const text = `Keys that break the policy: ${broken.length} of the oldest ${looked}, in ${organizations} organizations, such as ${some}.`
  const advice = 'They go on working. list({ organizationId, breaksPolicy: true }) gives those of an organization.'
  return [{ code: 'policy_broken', severity: 'warning', message: `${text} ${advice}` }]
}

function unknownPlan(organizationId: string, cause: unknown): DoctorFinding {
  const text = `The plan of organization ${organizationId} cannot be told: ${reasonOf(cause)}`
  return {
    code: 'plan_unknown',
    severity: 'warning',
    message: `${text} Its keys are made and changed only when it can.`,
  }
}
