import type { ApiError } from '../client/api-error.js'
import { usePage } from '../state/page.js'
import { type Choice, Choices } from './choices.js'
import { type AccessMode, type GrantsDraft, isWhole, type ResourceDraft, scopesOfPreset } from './draft.js'
import { ResourceFields } from './resource-fields.js'
import { ScopeTree } from './scope-tree.js'

interface GrantsFieldsProps {
  readonly draft: GrantsDraft
  readonly set: (draft: GrantsDraft) => void
  readonly modes: readonly AccessMode[]
  readonly error: ApiError | null
}

/** What a key may do: three cards, and behind the last one presets, roles, single permissions and resources. */
export function GrantsFields({ draft, set, modes, error }: GrantsFieldsProps) {
  const { strings } = usePage()
  const words = strings.create
  const cards: Readonly<Record<AccessMode, Choice<AccessMode>>> = {
    all: { value: 'all', title: words.all, hint: words.allHint },
    read: { value: 'read', title: words.read, hint: words.readHint },
    choose: { value: 'choose', title: words.choose, hint: words.chooseHint },
  }
  return (
    <>
      {modes.length > 1 && (
        <Choices
          look="cards"
          legend={words.access}
          value={draft.mode}
          choices={modes.map((mode) => cards[mode])}
          set={(mode) => set({ ...draft, mode })}
        />
      )}
      {draft.mode === 'choose' && <ChosenGrants draft={draft} set={set} />}
      <Faults error={error} />
    </>
  )
}

function ChosenGrants({ draft, set }: Pick<GrantsFieldsProps, 'draft' | 'set'>) {
  const { catalog, options } = usePage()
  const { show } = options
  const setResource = (type: string, of: ResourceDraft) =>
    set({ ...draft, resources: { ...draft.resources, [type]: of } })
  return (
    <div class="chosen-grants">
      {show.presets && catalog.presets.length > 0 && <Presets draft={draft} set={set} />}
      {show.roles && catalog.roles.length > 0 && <Roles draft={draft} set={set} />}
      {show.scopes && catalog.scopes.length > 0 && (
        <ScopeTree
          chosen={draft.scopes}
          // A preset that was changed is a set of one's own.
          set={(scopes) =>
            set({ ...draft, scopes, preset: isWhole(draft.preset, scopes, catalog) ? draft.preset : null })
          }
        />
      )}
      {show.resources &&
        catalog.resources.map(({ type, levels }) => (
          <ResourceFields
            key={type}
            type={type}
            levels={levels}
            draft={draft.resources[type] ?? { mode: 'none', level: levels.at(-1)?.name ?? '', chosen: [] }}
            set={(of) => setResource(type, of)}
          />
        ))}
    </div>
  )
}

function Presets({ draft, set }: Pick<GrantsFieldsProps, 'draft' | 'set'>) {
  const { strings, catalog } = usePage()
  /** In place of the one before; what somebody ticked by hand stays. */
  const choose = (preset: string | null): void => {
    const scopes = new Set(draft.scopes)
    for (const name of draft.preset === null ? [] : scopesOfPreset(draft.preset, catalog)) scopes.delete(name)
    for (const name of preset === null ? [] : scopesOfPreset(preset, catalog)) scopes.add(name)
    set({ ...draft, preset, scopes })
  }
  return (
    <fieldset class="chips">
      <legend>{strings.create.presets}</legend>
      {catalog.presets.map(({ name, grantable }) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={draft.preset === name}
          disabled={!grantable}
          title={grantable ? undefined : strings.create.notGrantable}
          onClick={() => choose(draft.preset === name ? null : name)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  )
}

function Roles({ draft, set }: Pick<GrantsFieldsProps, 'draft' | 'set'>) {
  const { strings, catalog } = usePage()
  const toggle = (name: string): void => {
    const roles = new Set(draft.roles)
    if (!roles.delete(name)) roles.add(name)
    set({ ...draft, roles })
  }
  return (
    <fieldset class="list">
      <legend>{strings.create.roles}</legend>
      <p class="hint">{strings.create.rolesHint}</p>
      {catalog.roles.map(({ name, scopes, grantable }) => (
        <label key={name} class="check">
          <input
            type="checkbox"
            checked={draft.roles.has(name)}
            disabled={!grantable && !draft.roles.has(name)}
            onChange={() => toggle(name)}
          />
          <span>
            <strong>{name}</strong>
            <small>
              {grantable ? (scopes?.join(', ') ?? strings.access.roleDecides) : strings.create.notGrantable}
            </small>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** What the API says of grants stands below them: it may name any part. */
function Faults({ error }: Pick<GrantsFieldsProps, 'error'>) {
  const faults = ['/scopes', '/preset', '/roles', '/resources'].flatMap((pointer) => error?.faultAt(pointer) ?? [])
  return (
    <>
      {[...new Set(faults)].map((fault) => (
        <p key={fault} class="fault" role="alert">
          {fault}
        </p>
      ))}
    </>
  )
}
