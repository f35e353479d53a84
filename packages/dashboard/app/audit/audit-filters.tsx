import { KeyPicker } from '../choose-key/key-picker.js'
import { PersonSelect, usePeople } from '../choose-person/person-select.js'
import type { Schemas } from '../client/client.js'
import { Field } from '../parts/field.js'
import { Select } from '../parts/select.js'
import { today } from '../state/days.js'
import { usePage } from '../state/page.js'
import type { AuditQuery, AuditType } from './audit-query.js'

interface AuditFiltersProps {
  readonly query: AuditQuery
  readonly set: (query: AuditQuery) => void
}

/** What of the log is shown, and exported. */
export function AuditFilters({ query, set }: AuditFiltersProps) {
  const { strings, catalog } = usePage()
  const words = strings.audit
  const types: Readonly<Record<Schemas['AuditType'], string>> = words.types
  return (
    <div class="filters">
      <Select
        label={words.type}
        value={query.type}
        choices={[['', words.anyType], ...Object.entries(types)]}
        set={(type) => set({ ...query, type: type as AuditType | '' })} // one of the choices
      />
      {catalog.permissions.read && <KeyPicker picked={query.key} pick={(key) => set({ ...query, key })} />}
      <PersonFilter query={query} set={set} />
      <div class="days">
        <Field
          label={words.from}
          type="date"
          value={query.from}
          max={today()}
          set={(from) => set({ ...query, from })}
        />
        <Field label={words.to} type="date" value={query.to} max={today()} set={(to) => set({ ...query, to })} />
      </div>
    </div>
  )
}

/** A product that lists no people has no such filter. */
function PersonFilter({ query, set }: AuditFiltersProps) {
  const words = usePage().strings.audit
  const { data } = usePeople()
  if (data === null || data.data.length === 0) return null
  return (
    <PersonSelect
      label={words.actor}
      people={data.data}
      value={query.person}
      others={[['', words.anyActor]]}
      set={(person) => set({ ...query, person })}
    />
  )
}
