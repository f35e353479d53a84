import { useId, useState } from 'preact/hooks'
import type { Catalog } from '../client/client.js'
import { Icon } from '../parts/icon.js'
import { usePage } from '../state/page.js'

type Scope = Catalog['scopes'][number]

interface Group {
  readonly name: string
  readonly scopes: readonly Scope[]
}

interface ScopeTreeProps {
  readonly chosen: ReadonlySet<string>
  readonly set: (chosen: ReadonlySet<string>) => void
}

/** All permissions by group, with what each means. */
export function ScopeTree({ chosen, set }: ScopeTreeProps) {
  const { strings, catalog } = usePage()
  const id = useId()
  const [sought, setSought] = useState('')
  const groups = groupsOf(catalog, chosen, strings.create.otherGroup)
  const word = sought.trim().toLowerCase()
  const found = groups
    .map(({ name, scopes }) => ({
      name,
      scopes: scopes.filter((scope) => `${scope.name} ${scope.description}`.toLowerCase().includes(word)),
    }))
    .filter(({ scopes }) => scopes.length > 0)
  const change = (names: readonly string[], isOn: boolean): void => {
    const next = new Set(chosen)
    for (const name of names) isOn ? next.add(name) : next.delete(name)
    set(next)
  }
  return (
    <fieldset class="tree">
      <legend>
        {strings.create.permissions} <span class="quiet">{strings.create.chosen(chosen.size)}</span>
      </legend>
      <div class="search">
        <Icon name="search" />
        <label class="unseen" for={id}>
          {strings.create.searchPermissions}
        </label>
        <input
          id={id}
          type="search"
          value={sought}
          placeholder={strings.create.searchPermissions}
          onInput={(event) => setSought(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </div>
      {found.length === 0 && <p class="quiet">{strings.create.noPermission}</p>}
      {found.map((group) => (
        <ScopeGroup key={group.name} group={group} chosen={chosen} change={change} />
      ))}
    </fieldset>
  )
}

interface ScopeGroupProps {
  readonly group: Group
  readonly chosen: ReadonlySet<string>
  readonly change: (names: readonly string[], isOn: boolean) => void
}

function ScopeGroup({ group: { name, scopes }, chosen, change }: ScopeGroupProps) {
  const { strings } = usePage()
  const free = scopes.filter((scope) => scope.grantable).map((scope) => scope.name)
  const on = free.filter((scope) => chosen.has(scope)).length
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot have its heading beside a checkbox
    <div class="group" role="group" aria-label={name}>
      <label class="check head">
        <input
          type="checkbox"
          aria-label={strings.create.selectGroup(name)}
          disabled={free.length === 0}
          checked={free.length > 0 && on === free.length}
          indeterminate={on > 0 && on < free.length}
          onChange={(event) => change(free, event.currentTarget.checked)}
        />
        <strong>{name}</strong>
        <span class="quiet">{on > 0 && strings.create.chosen(on)}</span>
      </label>
      {scopes.map((scope) => (
        <label key={scope.name} class="check">
          <input
            type="checkbox"
            checked={chosen.has(scope.name)}
            disabled={!scope.grantable && !chosen.has(scope.name)}
            onChange={(event) => change([scope.name], event.currentTarget.checked)}
          />
          <span>
            <strong>{scope.description === '' ? scope.name : scope.description}</strong>
            {scope.sensitive && (
              <em class="sensitive" title={strings.create.sensitiveHint}>
                {strings.create.sensitive}
              </em>
            )}
            <small>
              <code>{scope.name}</code>
              {!scope.grantable && ` · ${strings.create.notGrantable}`}
            </small>
          </span>
        </label>
      ))}
    </div>
  )
}

/** By the first part of their names. What a key has and the catalog does not, such as wildcards, is among them. */
function groupsOf({ scopes }: Catalog, chosen: ReadonlySet<string>, other: string): readonly Group[] {
  const known = new Set(scopes.map(({ name }) => name))
  const extra = [...chosen].filter((name) => !known.has(name))
  const all = [...scopes, ...extra.map((name) => ({ name, description: '', sensitive: false, grantable: true }))]
  const groups = new Map<string, Scope[]>()
  for (const scope of all) {
    const [first = '', ...rest] = scope.name.split('.')
    const name = first === '*' || rest.length === 0 ? other : inWords(first)
    groups.set(name, [...(groups.get(name) ?? []), scope])
  }
  return [...groups].map(([name, of]) => ({ name, scopes: of }))
}

/** `api_keys` is "Api keys". */
function inWords(name: string): string {
  const words = name.replace(/[_-]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
