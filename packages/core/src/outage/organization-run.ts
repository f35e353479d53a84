import { type KeyStore, type StoreRetention, wrapStoreErrors } from '../store/index.js'

const organizationsAtOnce = 200

/** A run of maintenance over all organizations of a store. */
export interface OrganizationRun<Progress> {
  /** Tells the host of a step. What its function throws ends the run. */
  readonly tell: (progress: Progress) => void
  /**
   * Does the work for one organization after the other. One that fails each time must not keep the others from their turn; an outage
   * ends the run.
   *
   * @returns the errors of those that failed.
   */
  each(
    source: Pick<StoreRetention, 'organizations'>,
    work: (organizationId: string) => Promise<void>,
  ): Promise<readonly unknown[]>
}

/** Makes a run. */
export function organizationRun<Progress>(
  store: Pick<KeyStore, 'now'>,
  onProgress: (progress: Progress) => void,
): OrganizationRun<Progress> {
  let isEnded = false
  return {
    tell: (progress) => {
      isEnded = true
      onProgress(progress)
      isEnded = false
    },
    each: async (source, work) => {
      const failures: unknown[] = []
      for await (const organizationId of allOrganizations(source)) {
        try {
          await work(organizationId)
        } catch (error) {
          if (isEnded || !(await answers(store))) throw error
          failures.push(error)
        }
      }
      return failures
    },
  }
}

async function answers(store: Pick<KeyStore, 'now'>): Promise<boolean> {
  return store.now().then(
    () => true,
    () => false,
  )
}

async function* allOrganizations(
  source: Pick<StoreRetention, 'organizations'>,
): AsyncGenerator<string, void, undefined> {
  let after: string | null = null
  for (;;) {
    const page: readonly string[] = await wrapStoreErrors(source.organizations({ after, limit: organizationsAtOnce }))
    yield* page
    after = page.at(-1) ?? null
    if (after === null) return
  }
}
