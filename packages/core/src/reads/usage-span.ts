import { InvalidInput } from '../errors/index.js'
import { hourMs, hourOf, wrapStoreErrors } from '../store/index.js'
import { checkInstant } from './check-instant.js'
import type { StatsParts } from './parts.js'

/** A span of time, in hours or days. */
export interface SpanQuery {
  readonly organizationId: string
  /** @defaultValue 24 hours before `to` */
  readonly from?: Date | undefined
  /** @defaultValue the end of this hour */
  readonly to?: Date | undefined
  /** What is counted together: an hour, or a day in UTC. @defaultValue 'hour' */
  readonly interval?: 'hour' | 'day' | undefined
}

/** A {@link SpanQuery} that was checked. */
export interface Span {
  readonly from: Date
  readonly to: Date
  readonly bucketMs: 3_600_000 | 86_400_000
  /** When each hour or day of it begins. */
  readonly starts: readonly Date[]
}

const dayMs = 86_400_000
const mostDays = 92

/** Writes what was counted, and reads the span by the store's clock. @throws InvalidInput, StoreUnavailable */
export async function readSpan({ store, usage }: Pick<StatsParts, 'store' | 'usage'>, query: SpanQuery): Promise<Span> {
  const asked = { from: checkInstant(query.from, 'from'), to: checkInstant(query.to, 'to') }
  const { interval = 'hour' } = query
  if (interval !== 'hour' && interval !== 'day') throw new InvalidInput('interval', "'hour' or 'day'")
  await usage.flush()
  const now = await wrapStoreErrors(store.now())
  const to = asked.to ?? new Date(hourOf(now).getTime() + hourMs)
  const bucketMs = interval === 'day' ? dayMs : hourMs
  const first = asked.from ?? new Date(to.getTime() - dayMs)
  const from = new Date(Math.floor(first.getTime() / bucketMs) * bucketMs)
  const length = to.getTime() - from.getTime()
  // A day more: the first day of it is whole.
  if (!(length >= 0 && length <= mostDays * dayMs + (bucketMs - hourMs)))
    throw new InvalidInput('from', `an instant before to, by at most ${mostDays} days`)
  const starts = Array.from({ length: Math.ceil(length / bucketMs) }, (_, index) => {
    return new Date(from.getTime() + index * bucketMs)
  })
  return { from, to, bucketMs, starts }
}
