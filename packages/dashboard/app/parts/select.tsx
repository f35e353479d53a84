import { useId } from 'preact/hooks'

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly choices: readonly (readonly [value: string, label: string])[]
  readonly set: (value: string) => void
  /** The label stands above the field; otherwise only screen readers have it. */
  readonly hasLabel?: boolean
  readonly disabled?: boolean
}

/** One of several, by the browser's own list. */
export function Select({ label, value, choices, set, hasLabel = false, disabled = false }: SelectProps) {
  const id = useId()
  return (
    <div class="field select">
      <label class={hasLabel ? '' : 'unseen'} for={id}>
        {label}
      </label>
      <select id={id} value={value} disabled={disabled} onChange={(event) => set(event.currentTarget.value)}>
        {choices.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
