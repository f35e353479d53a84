export { getKey } from './get.js'
export type { KeySelection } from './key-selection.js'
export { type KeyPage, type KeyQuery, listKeys } from './list.js'
export { type KeyStats, loadStats, loadUsage, type StatsQuery, type UsageQuery } from './stats.js'
