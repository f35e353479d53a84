import type { Act } from './act.js'
import type { Life } from './life.js'
import type { AppReport } from './world.js'

/** Events that must not be: a use that is not counted, a row that cannot be read. */
const neverTold = ['usage.dropped', 'api_key.damaged', 'api_key.rehash_failed', 'api_key.reveal_failed']
/** A limiter reports an outage of Redis once a minute; one that is over within a second, not always. */
const reportEveryMs = 60_000
const shortMs = 1_500
/** How long a message may take on a busy machine. */
const marginMs = 500

/** Finds outages of which nobody was told, and what was told that was not so, in a process that has ended by itself. */
export function judgeTold(act: Act, life: Life): void {
  const { name, got } = life
  const fault = (text: string): void => void act.faults.push(`${name} ${text}`)
  const began = reportsOf(life, 'outage_began').length
  const ended = reportsOf(life, 'outage_ended')
  const refused = ended.reduce((sum, one) => sum + one.refused, 0)
  if (got.refused > 0 && began === 0) fault(`refused ${got.refused} requests, and told nobody of an outage`)
  if (began === ended.length && refused < got.refused) fault(`refused ${got.refused} requests, and told of ${refused}`)
  if (refused > got.refused + got.broken)
    fault(`told of ${refused} refused requests, of which ${got.refused} were seen`)

  const errors = reportsOf(life, 'api_error').length
  if (errors < got.apiRefused || errors > got.apiRefused + got.broken) {
    fault(`refused ${got.apiRefused} changes, and gave ${errors} errors to onError`)
  }
  for (const event of reportsOf(life, 'event')) if (neverTold.includes(event.name)) fault(`told of ${event.name}`)
  judgePrinted(act, life)
  judgeRedisTold(act, life)
}

/** Finds secrets in what a process has told or printed; it prints nothing by itself. */
export function judgePrinted(act: Act, life: Life): void {
  const printed = life.printed()
  if (printed !== '') act.faults.push(`${life.name} printed ${printed.slice(0, 500)}`)
  const all = printed + JSON.stringify(life.told)
  const isTold = act.keys.some(({ tokens }) => tokens.some((token) => all.includes(token.slice(-38, -6))))
  if (isTold) act.faults.push(`${life.name} told a secret`)
}

/** Without Redis nothing is refused, but what the limits promise is less. A process that noticed has told of it. */
function judgeRedisTold({ troubles, faults }: Act, life: Life): void {
  const passed = [...life.got.passed.values()].flat()
  for (const { target, begin, causeEnd, name } of troubles.all) {
    if (target !== 'redis' || causeEnd === null) continue
    // Of a request that was sent before, or reached the process after, nobody knows whether the limits were asked meanwhile.
    if (!passed.some((at) => at > begin + marginMs && at < causeEnd - shortMs)) continue
    for (const limiter of ['rate', 'failure'] as const) {
      const isTold = life.told.some(
        ({ at, report }) =>
          report.type === 'redis_out' &&
          report.limiter === limiter &&
          at >= begin - reportEveryMs &&
          at <= causeEnd + marginMs,
      )
      if (!isTold) faults.push(`${life.name} did not tell of the ${name} (${limiter} limiter)`)
    }
  }
}

/** What a process has told, of one type. */
export function reportsOf<T extends AppReport['type']>(
  life: Life,
  type: T,
): Extract<AppReport, { readonly type: T }>[] {
  return life.told.flatMap(({ report }) => (report.type === type ? [report as Extract<AppReport, { type: T }>] : [])) // as was just asked
}
