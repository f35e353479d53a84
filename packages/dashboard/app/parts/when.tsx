import { usePage } from '../state/page.js'

/** A time in words, with the exact one on hover. */
export function When({ at }: { readonly at: string }) {
  const { formats } = usePage()
  return (
    <time dateTime={at} title={formats.exact(at)}>
      {formats.ago(at)}
    </time>
  )
}
