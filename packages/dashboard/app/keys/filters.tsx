import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { PersonSelect, usePeople } from '../choose-person/person-select.js'
import { Icon } from '../parts/icon.js'
import { Select } from '../parts/select.js'
import { usePage } from '../state/page.js'
import { type KeyQuery, type KeySort, organizationKeys, ownKeys } from './query.js'
import { totalInWords } from './total-in-words.js'
import type { KeyPages } from './use-key-pages.js'

interface FiltersProps {
  readonly query: KeyQuery
  readonly set: (query: KeyQuery) => void
  readonly total: KeyPages['total']
}

/** How long a search waits for the one before: the first is asked at once, the last one always. */
const pauseMs = 120

/** Search, filters and order of the list. */
export function Filters({ query, set, total }: FiltersProps) {
  const { strings, formats, catalog, options } = usePage()
  const { list } = strings
  const environments = catalog.environments.filter((name) => name !== null)
  const isSorted = (value: string): value is KeySort => Object.hasOwn(list.sorts, value)
  return (
    <div class="filters">
      <Search text={query.search} set={(search) => set({ ...query, search })} />
      <Select
        label={list.sort}
        value={query.sort}
        choices={Object.entries(list.sorts).filter(([sort]) => options.show.expiry || sort !== 'expires_at')}
        set={(sort) => isSorted(sort) && set({ ...query, sort })}
      />
      <Select
        label={list.status}
        value={query.status}
        choices={[
          ['', list.anyStatus],
          ['active', strings.status.active],
          ['disabled', strings.status.disabled],
          ['expired', strings.status.expired],
        ]}
        set={(status) => set({ ...query, status: status as KeyQuery['status'] })} // one of the choices
      />
      {catalog.permissions.manage_all && <PeopleFilters query={query} set={set} />}
      {options.show.environments && environments.length > 1 && (
        <Select
          label={list.environment}
          value={query.environment}
          choices={[['', list.anyEnvironment], ...environments.map((name) => [name, name] as const)]}
          set={(environment) => set({ ...query, environment })}
        />
      )}
      <Select
        label={list.attention}
        value={query.attention}
        choices={[
          ['', list.anyAttention],
          ['unused', list.unused],
          ...(options.show.expiry ? [['expiring', list.expiring] as const] : []),
        ]}
        set={(attention) => set({ ...query, attention: attention as KeyQuery['attention'] })} // one of the choices
      />
      <p class="found quiet" role="status">
        {total != null && list.found(total.count, totalInWords(total, formats))}
      </p>
    </div>
  )
}

interface SearchProps {
  readonly text: string
  readonly set: (text: string) => void
  readonly label?: string
}

export function Search({ text, set, label }: SearchProps) {
  const { strings } = usePage()
  const id = useId()
  const [typed, setTyped] = useState(text)
  const asked = useRef({ text, at: 0, timer: 0 }).current
  const latest = useRef(set)
  latest.current = set
  const name = label ?? strings.list.search
  // Before anything more can be typed.
  useLayoutEffect(() => {
    if (text === asked.text) return
    // Cleared from elsewhere.
    clearTimeout(asked.timer)
    asked.text = text
    setTyped(text)
  }, [text])
  useEffect(() => () => clearTimeout(asked.timer), [])
  const type = (now: string): void => {
    setTyped(now)
    clearTimeout(asked.timer)
    const ask = (): void => {
      if (now === asked.text) return
      asked.text = now
      asked.at = Date.now()
      latest.current(now)
    }
    const wait = asked.at + pauseMs - Date.now()
    if (wait <= 0) ask()
    else asked.timer = window.setTimeout(ask, Math.min(wait, pauseMs))
  }
  return (
    <div class="search">
      <Icon name="search" />
      <label class="unseen" for={id}>
        {name}
      </label>
      <input
        id={id}
        type="search"
        maxLength={100}
        autoComplete="off"
        spellcheck={false}
        placeholder={name}
        value={typed}
        onInput={(event) => type(event.currentTarget.value)}
      />
    </div>
  )
}

/** Whose keys, and who created them: oneself, the organisation, or a person, where the product lists people. */
function PeopleFilters({ query, set }: Pick<FiltersProps, 'query' | 'set'>) {
  const { strings, options } = usePage()
  const { list } = strings
  const people = usePeople().data?.data ?? []
  const organization = options.show.organizationKeys ? [[organizationKeys, list.organization] as const] : []
  return (
    <>
      <PersonSelect
        label={list.owner}
        people={people}
        value={query.owner}
        others={[['', list.anyone], [ownKeys, list.me], ...organization]}
        set={(owner) => set({ ...query, owner })}
      />
      {people.length > 0 && (
        <PersonSelect
          label={list.creator}
          people={people}
          value={query.creator}
          others={[['', list.anyCreator]]}
          set={(creator) => set({ ...query, creator })}
        />
      )}
    </>
  )
}
