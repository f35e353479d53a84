const dayMs = 86_400_000

/**
 * What `Retry-After` asks to wait: seconds, or a date. At most a day; `null` where there is none, or none that can be read.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#field.retry-after | RFC 9110 §10.2.3}
 */
export function retryAfterMs(value: string | readonly string[] | undefined, now: Date): number | null {
  if (typeof value !== 'string') return null
  const ms = /^\d{1,12}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now.getTime()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), dayMs)
}
