import type { ApiError } from '../client/api-error.js'
import { Field } from '../parts/field.js'
import { usePage } from '../state/page.js'

interface TagsFieldProps {
  /** As it is typed, with commas. */
  readonly value: string
  readonly set: (value: string) => void
  readonly error: ApiError | null
  readonly enter: () => void
}

/** The field of a key's tags. */
export function TagsField({ value, set, error, enter }: TagsFieldProps) {
  const { tags } = usePage().strings
  return (
    <Field
      isOptional
      label={tags.label}
      hint={tags.hint}
      value={value}
      set={set}
      fault={error?.faultAt('/tags')}
      enter={enter}
    />
  )
}
