export { type Capabilities, loadCapabilities } from './capabilities.js'
export { examine } from './doctor.js'
export type { DoctorFinding } from './doctor-finding.js'
export { getKey } from './get.js'
export type { KeySelection } from './key-selection.js'
export { type KeyPage, type KeyQuery, listKeys } from './list.js'
export type { ReadParts } from './parts.js'
export { type KeyStats, loadStats, type StatsQuery } from './stats.js'
export {
  type KeysUsageQuery,
  type KeyUsageSeries,
  loadKeysUsage,
  loadTopKeys,
  loadUsage,
  type TopKeysQuery,
  type UsagePoint,
  type UsageQuery,
  type UsedKey,
} from './usage.js'
export type { SpanQuery } from './usage-span.js'
