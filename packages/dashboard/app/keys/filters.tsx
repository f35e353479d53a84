import { PersonSelect, usePeople } from '../choose-person/person-select.js'
import type { Catalog } from '../client/client.js'
import { Search } from '../parts/search.js'
import { Select } from '../parts/select.js'
import { usePage } from '../state/page.js'
import { ChosenTags } from '../tags/tag-chips.js'
import { type KeyQuery, type KeySort, organizationKeys, ownKeys } from './query.js'
import { totalInWords } from './total-in-words.js'
import type { KeyPages } from './use-key-pages.js'

interface FiltersProps {
  readonly query: KeyQuery
  readonly set: (query: KeyQuery) => void
  readonly total: KeyPages['total']
}

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
          ...(hasPolicy(catalog) ? [['policy', list.breaksPolicy] as const] : []),
        ]}
        set={(attention) => set({ ...query, attention: attention as KeyQuery['attention'] })} // one of the choices
      />
      <ChosenTags />
      <p class="found quiet" role="status">
        {total != null && list.found(total.count, totalInWords(total, formats))}
      </p>
    </div>
  )
}

/** Whether any key could break the policy. */
function hasPolicy({ policy }: Catalog): boolean {
  return policy.max_lifetime_ms !== null || policy.require_expiry || policy.require_ip_allow_list
}

/** Whose keys, and who created them: oneself, the organisation, or a person, where the product lists people. */
function PeopleFilters({ query, set }: Pick<FiltersProps, 'query' | 'set'>) {
  const { strings, options } = usePage()
  const { list } = strings
  const { data, error } = usePeople()
  const people = data?.data ?? []
  // It stands there from the beginning: a filter that came later would push the list away from whoever is about to press.
  const hasCreators = data === null ? error === null : people.length > 0
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
      {hasCreators && (
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
