import { Field } from '../parts/field.js'
import { PersonSelect, usePeople } from './person-select.js'

interface ChosenPersonProps {
  readonly label: string
  /** The id of a person; empty: nobody is chosen yet. */
  readonly value: string
  readonly set: (id: string) => void
  readonly fault?: string | null | undefined
}

/** Somebody whom a change is about. Where the product lists nobody, it asks for their id. */
export function ChosenPerson({ label, value, set, fault }: ChosenPersonProps) {
  const { data, error } = usePeople()
  if (error !== null || data?.data.length === 0) {
    return <Field label={label} value={value} set={set} fault={fault} />
  }
  return <PersonSelect hasLabel label={label} people={data?.data ?? []} value={value} others={[['', '–']]} set={set} />
}
