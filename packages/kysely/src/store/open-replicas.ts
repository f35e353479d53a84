import { beginNodeProof } from '../replicas/prove-node.js'
import { beginStandbyProof } from '../replicas/prove-standby.js'
import { type ReplicaReads, replicaReads } from '../replicas/replica-reads.js'
import type { StoreContext } from './context.js'
import { keyReader } from './key-reader.js'

/** The replicas of a store, each with a reader for each of its lives; `null`: there are none. */
export function openReplicas({ db, tables, dialect, readFrom, commits }: StoreContext): ReplicaReads | null {
  if (readFrom.length === 0) return null
  return replicaReads({
    primary: db,
    replicas: readFrom,
    beginProof: commits === null ? beginNodeProof : beginStandbyProof(tables.api_keys, commits.heard),
    open: (replica, { guard, refuse }) => {
      const reader = keyReader(replica, tables.api_keys, dialect.lookupBy, refuse)
      return {
        find: (id) => reader.find(id, guard),
        findByLookupDigest: (digests) => reader.findByLookupDigest(digests, guard),
      }
    },
  })
}
