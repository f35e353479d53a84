import { useRef } from 'preact/hooks'
import { CopyButton } from './copy-button.js'

/** A text that people take elsewhere, with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const shown = useRef<HTMLElement>(null)
  return (
    <>
      <code ref={shown} tabIndex={-1} dir="ltr">
        {text}
      </code>
      <CopyButton text={text} fallback={shown} label={label} />
    </>
  )
}
