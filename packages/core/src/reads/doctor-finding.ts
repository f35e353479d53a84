/** Something that the operator should know, or do. */
export interface DoctorFinding {
  readonly code:
    | 'store_unavailable'
    | 'outdated_server'
    | 'unused_replica'
    | 'schema'
    | 'missing_grants'
    | 'exposed_tables'
    | 'exposed_audit'
    | 'unreadable_hashes'
    | 'unreadable_seals'
    | 'no_pepper'
    | 'wrong_pepper'
    | 'clock_differs'
    | 'unknown_names'
    | 'unlisted_keys'
    | 'policy_broken'
    | 'plan_unknown'
  /** `error`: requests fail, or will. */
  readonly severity: 'error' | 'warning'
  readonly message: string
}
