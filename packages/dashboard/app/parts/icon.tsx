const paths = {
  plus: 'M8 3v10M3 8h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M6 6h7v7H6zM3 10V3h7',
  check: 'M3 8.5 6.5 12 13 4.5',
  key: 'M10.5 8.5a3 3 0 1 0-3-3c0 .5.1.9.3 1.3L3 11.5V13h2v-1.5h1.5V10H8l.7-.7c.5.1 1 .2 1.8-.8z',
  warn: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.7h.01',
  filter: 'M2 4h12M4.5 8h7M7 12h2',
} as const

/** A small picture beside words that say the same: hidden from screen readers. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
