import { useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { hostMs, Search } from '../parts/search.js'
import { Select } from '../parts/select.js'
import { Sheet } from '../parts/sheet.js'
import { type Loaded, useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'

export type People = Schemas['People']

/** As many people as the API lists: where there are more, a search finds them. */
const mostListed = 100

/** No id of a person. */
const another = ' another'

/** The people of the product, as far as it lists them. */
export function usePeople(search = ''): Loaded<People> {
  const { client } = usePage()
  const query = search.trim() === '' ? {} : { search: search.trim() }
  return useLoad((signal) => answerOf(client.GET('/people', { params: { query }, signal })), [client, search])
}

interface PersonSelectProps {
  readonly label: string
  readonly people: People['data']
  /** The id of a person, or one of {@link others}. */
  readonly value: string
  /** What stands before the people. */
  readonly others: readonly (readonly [value: string, label: string])[]
  readonly set: (value: string) => void
  /** The label stands above the list; otherwise only screen readers have it. */
  readonly hasLabel?: boolean
}

/** One of the people, who are searched for if they are many. */
export function PersonSelect({ label, people, value, others, set, hasLabel = false }: PersonSelectProps) {
  const { strings } = usePage()
  const [isOpen, setOpen] = useState(false)
  const [found, setFound] = useState<People['data']>([])
  const listed = people.map(({ id, name }) => [id, name] as const)
  const chosen = found.filter(({ id }) => id === value && !people.some((one) => one.id === id))
  return (
    <>
      <Select
        hasLabel={hasLabel}
        label={label}
        value={value}
        choices={[
          ...others,
          ...chosen.map(({ id, name }) => [id, name] as const),
          ...listed,
          ...(people.length < mostListed ? [] : [[another, strings.list.anotherPerson] as const]),
        ]}
        set={(one) => (one === another ? setOpen(true) : set(one))}
      />
      {isOpen && (
        <Sheet title={strings.list.anotherPerson} kind="small" close={() => setOpen(false)}>
          <PersonList
            pick={(person) => {
              setFound([person])
              set(person.id)
              setOpen(false)
            }}
          />
        </Sheet>
      )}
    </>
  )
}

function PersonList({ pick }: { readonly pick: (person: People['data'][number]) => void }) {
  const { strings } = usePage()
  const [search, setSearch] = useState('')
  const { data, error, reload } = usePeople(search)
  return (
    <div class="choose-key">
      <Search pauseMs={hostMs} label={strings.list.searchPeople} text={search} set={setSearch} />
      <ErrorNotice error={error} strings={strings} retry={reload} />
      {data?.data.length === 0 && (
        <p class="quiet" role="status">
          {strings.list.nobodyFound}
        </p>
      )}
      {data !== null && data.data.length > 0 && (
        <ul class="rows">
          {data.data.map((person) => (
            <li key={person.id}>
              <button type="button" class="row-button" onClick={() => pick(person)}>
                <bdi>{person.name}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
