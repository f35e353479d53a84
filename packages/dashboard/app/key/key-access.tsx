import type { Grant, Key } from '../client/client.js'
import { offersGrants } from '../state/offers.js'
import { usePage } from '../state/page.js'
import type { EditedPart } from './edit-key.js'
import { canEdit } from './key-details.js'

interface KeyAccessProps {
  readonly of: Key
  readonly edit: (part: EditedPart) => void
}

/** All that a key may do: each permission with what it means, roles with theirs, and resources by name. */
export function KeyAccess({ of: key, edit }: KeyAccessProps) {
  const { strings, catalog, options } = usePage()
  const words = strings.key
  const isEditable = canEdit(key, catalog.permissions) && offersGrants(catalog, options)
  const resources = Object.entries(key.resources)
  const isNothing = key.scopes.length === 0 && key.roles.length === 0 && resources.length === 0
  const isPerResource = resources.some(([, { mode }]) => mode === 'specific') && key.scopes.length === 0
  const [[type] = []] = resources
  return (
    <section>
      <header class="part">
        <h3>{words.access}</h3>
        {isEditable && (
          <button type="button" class="button bare" onClick={() => edit('grants')}>
            {isPerResource && type !== undefined ? words.manageResources(type) : words.managePermissions}
          </button>
        )}
      </header>
      {isNothing && <p class="quiet">{strings.access.nothing}</p>}
      {key.preset !== null && (
        <p class="quiet">
          {words.preset(key.preset)}, {words.presetAsOf}
        </p>
      )}
      {key.roles.length > 0 && <RoleList roles={key.roles} />}
      {key.scopes.length > 0 && (
        <ul class="scopes">
          {key.scopes.map((name) => (
            <ScopeLine key={name} name={name} />
          ))}
        </ul>
      )}
      {resources.map(([of, grant]) => (
        <ResourceList key={of} type={of} grant={grant} names={key.resource_names?.[of] ?? {}} />
      ))}
    </section>
  )
}

function ScopeLine({ name }: { readonly name: string }) {
  const { strings, catalog } = usePage()
  const scope = catalog.scopes.find((one) => one.name === name)
  return (
    <li>
      <span>{name === '*' ? strings.access.everything : scope?.description}</span>
      {scope?.sensitive === true && <em class="sensitive">{strings.create.sensitive}</em>} <code>{name}</code>
    </li>
  )
}

function RoleList({ roles }: { readonly roles: readonly string[] }) {
  const { strings, catalog } = usePage()
  return (
    <>
      <h4>{strings.key.roles}</h4>
      <ul class="scopes">
        {roles.map((name) => (
          <li key={name}>
            <span>{name}</span>{' '}
            <small class="quiet">
              {catalog.roles.find((role) => role.name === name)?.scopes?.join(', ') ?? strings.access.roleDecides}
            </small>
          </li>
        ))}
      </ul>
    </>
  )
}

interface ResourceListProps {
  readonly type: string
  readonly grant: Grant
  readonly names: Readonly<Record<string, string | null>>
}

function ResourceList({ type, grant, names }: ResourceListProps) {
  const { strings } = usePage()
  return (
    <>
      <h4>{strings.key.resources(type)}</h4>
      {grant.mode === 'all' ? (
        <p>{strings.key.allResources(type, grant.level)}</p>
      ) : (
        <ul class="scopes">
          {Object.entries(grant.levels).map(([id, level]) => (
            <li key={id}>
              <bdi>{names[id] ?? id}</bdi> <span class="badge">{level}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
