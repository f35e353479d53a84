import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

export interface Choice<T extends string> {
  readonly value: T
  readonly title: string
  readonly hint?: string | undefined
  readonly disabled?: boolean
}

interface ChoicesProps<T extends string> {
  readonly legend: string
  readonly value: T
  readonly choices: readonly Choice<T>[]
  readonly set: (value: T) => void
  /** Cards have room for a hint; `inline` stands in a line. */
  readonly look: 'cards' | 'inline'
  readonly children?: ComponentChildren
}

/** One of a few, all in sight. */
export function Choices<T extends string>({ legend, value, choices, set, look, children }: ChoicesProps<T>) {
  const name = useId()
  return (
    <fieldset class={`choices ${look}`}>
      <legend>{legend}</legend>
      <div>
        {choices.map((choice) => (
          <label key={choice.value} class={choice.value === value ? 'chosen' : ''}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.disabled === true}
              onChange={() => set(choice.value)}
            />
            <span>
              <strong>{choice.title}</strong>
              {choice.hint !== undefined && <small>{choice.hint}</small>}
            </span>
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  )
}
