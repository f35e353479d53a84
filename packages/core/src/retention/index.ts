export { prune } from './prune.js'
export type {
  ArchivePart,
  BrokenLog,
  PruneAuditQuery,
  PruneOptions,
  PruneProgress,
  PruneQuery,
  PruneResult,
} from './prune-query.js'
