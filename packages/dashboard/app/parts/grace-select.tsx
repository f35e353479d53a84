import { usePage } from '../state/page.js'
import { Select } from './select.js'

const hourMs = 3_600_000

/** A day: long enough to move clients over. */
export const usualGraceMs: number = 24 * hourMs

interface GraceSelectProps {
  readonly label: string
  readonly graceMs: number
  readonly set: (graceMs: number) => void
  /** The longest that the API takes. */
  readonly most?: number
}

/** How long what is replaced goes on working. */
export function GraceSelect({ label, graceMs, set, most = Number.POSITIVE_INFINITY }: GraceSelectProps) {
  const { strings, formats } = usePage()
  const words = strings.key
  const usual: readonly (readonly [number, string])[] = [
    [0, words.graceNone],
    [hourMs, words.graceHour],
    [24 * hourMs, words.graceDay],
    [7 * 24 * hourMs, words.graceWeek],
  ]
  const isUsual = usual.some(([ms]) => ms === graceMs)
  // One that the API has set.
  const graces = isUsual ? usual : [...usual, [graceMs, words.graceOther(formats.days(graceMs))] as const]
  return (
    <Select
      hasLabel
      label={label}
      value={String(graceMs)}
      choices={graces.filter(([ms]) => ms <= most).map(([ms, name]) => [String(ms), name] as const)}
      set={(value) => set(Number(value))}
    />
  )
}
