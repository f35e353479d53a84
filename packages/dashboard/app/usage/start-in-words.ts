import { usePage } from '../state/page.js'

/** Returns a function that names an hour as the reader's clock shows it, or a day, which is one in UTC. */
export function useStartInWords(interval: 'hour' | 'day'): (start: string) => string {
  const { formats } = usePage()
  return interval === 'hour' ? formats.hour : formats.utcDay
}
