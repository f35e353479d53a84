import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { usePage } from '../state/page.js'

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly hint?: string | undefined
  /** What is wrong with it. */
  readonly fault?: string | null | undefined
  readonly isOptional?: boolean
  readonly isRequired?: boolean
  readonly maxLength?: number
  /** Several lines. */
  readonly rows?: number
  readonly type?: 'text' | 'number' | 'date'
  readonly min?: string | number
  readonly max?: string | number
  readonly hasFocus?: boolean
  /** What Enter does. */
  readonly enter?: () => void
}

/** The types of Preact know which attributes each type takes, and so want it by itself. */
function typed(type: 'text' | 'number' | 'date'): { readonly type: 'text' } {
  return { type: type as 'text' } // all three take the attributes that are used here
}

/** A field of text, with its label, hint and fault. */
export function Field(props: FieldProps) {
  const { label, value, set, hint, fault, isOptional = false, rows, type = 'text', enter, hasFocus = false } = props
  const { strings } = usePage()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  // `autofocus` works only in a dialog that opens.
  useLayoutEffect(() => {
    if (hasFocus) input.current?.focus()
  }, [])
  const shared = {
    id,
    value,
    autoComplete: 'off',
    spellcheck: false,
    autofocus: hasFocus,
    'aria-invalid': fault != null,
    ...(props.isRequired === true ? { 'aria-required': true } : {}),
    'aria-describedby': `${id}-hint ${id}-fault`,
    ...(props.maxLength === undefined ? {} : { maxLength: props.maxLength }),
  }
  return (
    <div class={`field ${fault == null ? '' : 'wrong'}`}>
      <label for={id}>
        {label} {isOptional && <span class="quiet">({strings.common.optional})</span>}
      </label>
      {rows === undefined ? (
        <input
          ref={input}
          {...shared}
          {...typed(type)}
          {...(props.min === undefined ? {} : { min: props.min })}
          {...(props.max === undefined ? {} : { max: props.max })}
          onInput={(event) => set(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || enter === undefined) return
            event.preventDefault()
            enter()
          }}
        />
      ) : (
        <textarea {...shared} rows={rows} onInput={(event) => set(event.currentTarget.value)} />
      )}
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      <p class="fault" id={`${id}-fault`} role={fault == null ? undefined : 'alert'}>
        {fault}
      </p>
    </div>
  )
}
