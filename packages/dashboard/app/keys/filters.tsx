import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { answerOf } from '../client/client.js'
import { Icon } from '../parts/icon.js'
import { Select } from '../parts/select.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import type { KeyQuery, KeySort } from './query.js'
import { totalInWords } from './total-in-words.js'
import type { KeyPages } from './use-key-pages.js'

interface FiltersProps {
  readonly query: KeyQuery
  readonly set: (query: KeyQuery) => void
  readonly total: KeyPages['total']
}

/** How long somebody pauses in a word before it is searched for. */
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
        choices={Object.entries(list.sorts)}
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
      {catalog.permissions.manage_all && <OwnerFilter query={query} set={set} />}
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
          ['expiring', list.expiring],
        ]}
        set={(attention) => set({ ...query, attention: attention as KeyQuery['attention'] })} // one of the choices
      />
      <p class="found quiet" role="status">
        {total != null && list.found(total.count, totalInWords(total, formats))}
      </p>
    </div>
  )
}

export function Search({ text, set }: { readonly text: string; readonly set: (text: string) => void }) {
  const { strings } = usePage()
  const id = useId()
  const [typed, setTyped] = useState(text)
  const sent = useRef(text)
  useEffect(() => {
    // Cleared from elsewhere.
    if (text !== sent.current) setTyped(text)
    sent.current = text
  }, [text])
  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed === sent.current) return
      sent.current = typed
      set(typed)
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <div class="search">
      <Icon name="search" />
      <label class="unseen" for={id}>
        {strings.list.search}
      </label>
      <input
        id={id}
        type="search"
        maxLength={100}
        autoComplete="off"
        spellcheck={false}
        placeholder={strings.list.search}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
    </div>
  )
}

/** Whose keys: one's own, the organisation's, or those of a person, where the product lists people. */
function OwnerFilter({ query, set }: Pick<FiltersProps, 'query' | 'set'>) {
  const { client, strings, options } = usePage()
  const { list } = strings
  const { data } = useLoad((signal) => answerOf(client.GET('/people', { signal })), [client])
  const people = (data?.data ?? []).map(({ id, name }) => [`user:${id}`, name] as const)
  return (
    <Select
      label={list.owner}
      value={query.owner}
      choices={[
        ['', list.anyone],
        ['me', list.me],
        ...(options.show.organizationKeys ? [['organization', list.organization] as const] : []),
        ...people,
      ]}
      set={(owner) => set({ ...query, owner })}
    />
  )
}
