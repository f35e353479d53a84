const width = 96
const height = 22

/** The course of some counts, as a line. The numbers stand beside it, so screen readers pass it over. */
export function Sparkline({ counts }: { readonly counts: readonly number[] }) {
  if (counts.length < 2) return null
  const most = Math.max(1, ...counts)
  const points = counts.map((count, at) => {
    const across = (at / (counts.length - 1)) * width
    return `${across.toFixed(1)},${(height - 1 - (count / most) * (height - 2)).toFixed(1)}`
  })
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <polyline points={points.join(' ')} />
    </svg>
  )
}
