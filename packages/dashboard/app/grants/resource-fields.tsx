import { useRef, useState } from 'preact/hooks'
import { answerOf, type Catalog } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Icon } from '../parts/icon.js'
import { hostMs, Search } from '../parts/search.js'
import { Select } from '../parts/select.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { Choices } from './choices.js'
import type { ResourceDraft } from './draft.js'

interface ResourceFieldsProps {
  readonly type: string
  readonly levels: Catalog['resources'][number]['levels']
  readonly draft: ResourceDraft
  readonly set: (draft: ResourceDraft) => void
}

/** Which resources of a type a key reaches, and how far: none, all with one level, or some with a level each. */
export function ResourceFields({ type, levels, draft, set }: ResourceFieldsProps) {
  const { strings } = usePage()
  const words = strings.create
  const choices = levels.map(({ name }) => [name, name] as const)
  const specific = useRef<HTMLDivElement>(null)
  const focusSearch = (): void => specific.current?.querySelector<HTMLElement>('[type=search]')?.focus()
  // The button that has the focus goes: the next one gets it.
  const remove = (id: string): void => {
    const buttons = [...(specific.current?.querySelectorAll<HTMLElement>('.resources button') ?? [])]
    const at = draft.chosen.findIndex((one) => one.id === id)
    const next = buttons[at + 1] ?? buttons[at - 1]
    if (next === undefined) focusSearch()
    else next.focus()
    set({ ...draft, chosen: draft.chosen.filter((one) => one.id !== id) })
  }
  return (
    <Choices
      look="inline"
      legend={words.resources(type)}
      value={draft.mode}
      choices={[
        { value: 'none', title: words.resourcesNone },
        { value: 'all', title: words.resourcesAll(type) },
        { value: 'specific', title: words.resourcesSome(type) },
      ]}
      set={(mode) => set({ ...draft, mode })}
    >
      {draft.mode === 'all' && (
        <div class="indent">
          <p class="hint">{words.resourcesAllHint}</p>
          <Select
            hasLabel
            label={words.level}
            value={draft.level}
            choices={choices}
            set={(level) => set({ ...draft, level })}
          />
        </div>
      )}
      {draft.mode === 'specific' && (
        <div class="indent" ref={specific}>
          {draft.chosen.length === 0 && <p class="quiet">{words.noResource}</p>}
          <ul class="resources">
            {draft.chosen.map((one) => (
              <li key={one.id}>
                <bdi>{one.name}</bdi>
                <Select
                  label={words.levelOf(one.name)}
                  value={one.level}
                  choices={choices}
                  set={(level) =>
                    set({
                      ...draft,
                      chosen: draft.chosen.map((each) => (each.id === one.id ? { ...each, level } : each)),
                    })
                  }
                />
                <button
                  type="button"
                  class="button bare"
                  aria-label={strings.common.remove(one.name)}
                  onClick={() => remove(one.id)}
                >
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
          <Picker
            type={type}
            taken={new Set(draft.chosen.map(({ id }) => id))}
            add={(id, name) => {
              focusSearch()
              set({ ...draft, chosen: [...draft.chosen, { id, name, level: draft.level }] })
            }}
          />
        </div>
      )}
    </Choices>
  )
}

interface PickerProps {
  readonly type: string
  readonly taken: ReadonlySet<string>
  readonly add: (id: string, name: string) => void
}

/** How many are offered at once: a search finds the others. */
const mostOffered = 8

/** Asks the product which resources there are. Where it has no list of them, people type an id. */
function Picker({ type, taken, add }: PickerProps) {
  const { client, strings } = usePage()
  const [sought, setSought] = useState('')
  const { data, error, isLoading, reload } = useLoad(
    (signal) =>
      answerOf(client.GET('/resources/{type}', { params: { path: { type }, query: { search: sought } }, signal })),
    [client, type, sought],
  )
  const offered = (data?.data ?? []).filter((one) => !taken.has(one.id)).slice(0, mostOffered)
  const word = sought.trim()
  return (
    <div class="picker">
      <Search pauseMs={hostMs} label={strings.create.addResource(type)} text={sought} set={setSought} />
      <div class="offered" aria-busy={isLoading}>
        {offered.map((one) => (
          <button key={one.id} type="button" class="chip" onClick={() => add(one.id, one.name)}>
            <Icon name="plus" />
            <bdi>{one.name}</bdi>
          </button>
        ))}
        {error?.status === 404 && word !== '' && !taken.has(word) && (
          <button type="button" class="chip" onClick={() => add(word, word)}>
            <Icon name="plus" />
            {strings.create.idToAdd(word)}
          </button>
        )}
        {offered.length === 0 && (data !== null || isLoading) && (
          <p class="quiet" role="status">
            {isLoading ? strings.page.loading : strings.create.nothingToAdd}
          </p>
        )}
      </div>
      {error?.status !== 404 && <ErrorNotice error={error} strings={strings} retry={reload} />}
    </div>
  )
}
