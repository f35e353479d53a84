import { type BudgetReservation, isBudget, isCredits, type ReservedPart } from '../budgets/index.js'
import { InvalidInput } from '../errors/index.js'
import { isRecord } from '../values/index.js'

/** Reads a reservation that may have been JSON on its way here. @throws InvalidInput */
export function readReservation(value: unknown): BudgetReservation {
  const refuse = (): never => {
    throw new InvalidInput('of', 'the principal of a request, or a reservation that reserve gave')
  }
  if (!isRecord(value)) return refuse()
  const { id, keyId, organizationId, cost, parts, takenAt } = value
  const at = takenAt instanceof Date || typeof takenAt === 'string' ? new Date(takenAt) : new Date(Number.NaN)
  if (typeof id !== 'string' || id.length !== 36 || typeof keyId !== 'string' || keyId.length > 64) return refuse()
  if (typeof organizationId !== 'string' || !isCredits(cost) || Number.isNaN(at.getTime())) return refuse()
  if (!Array.isArray(parts) || parts.length > 3 || !parts.every(isPart)) return refuse()
  return { id, keyId, organizationId, cost, takenAt: at, parts }
}

function isPart(value: unknown): value is ReservedPart {
  if (!isRecord(value) || typeof value.id !== 'string' || !isBudget(value.budget)) return false
  const { holder, period, ofLimit, ofExtra } = value
  const isHolder = holder === 'key' || holder === 'owner' || holder === 'organization'
  return isHolder && Number.isSafeInteger(period) && isCredits(ofLimit) && isCredits(ofExtra)
}
