import { useState } from 'preact/hooks'
import { answerOf, type Catalog, type Schemas } from '../client/client.js'
import { Choices } from '../grants/choices.js'
import { emptyGrants, type GrantsDraft, isNothing, modesFor, scopesOfPreset, toGrants } from '../grants/draft.js'
import { GrantsFields } from '../grants/grants-fields.js'
import { type LimitsDraft, limitsOf, toLimits } from '../grants/limits-draft.js'
import { ExpiryFields, UseFields } from '../grants/limits-fields.js'
import type { ElementOptions } from '../page-options.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Field } from '../parts/field.js'
import { Select } from '../parts/select.js'
import { Sheet } from '../parts/sheet.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { TokenSheet } from '../token/token-sheet.js'
import { PlanNotice } from './plan-notice.js'
import type { Prefill } from './prefill.js'

interface CreateSheetProps {
  readonly prefill: Prefill | null
  /** The key is made, and its token is shown. */
  readonly created: () => void
  readonly close: () => void
}

type OwnerKind = 'me' | 'organization'

interface Draft {
  readonly name: string
  readonly description: string
  readonly owner: OwnerKind
  readonly environment: string
  readonly grants: GrantsDraft
  readonly limits: LimitsDraft
}

/** The form for a new key, and then its token. */
export function CreateSheet({ prefill, created: tell, close }: CreateSheetProps) {
  const page = usePage()
  const { client, strings, catalog, options } = page
  const [draft, setDraft] = useState<Draft>(() => firstDraft(catalog, options, prefill))
  const [missing, setMissing] = useState<{ readonly name?: boolean; readonly access?: boolean }>({})
  const [created, setCreated] = useState<Schemas['KeyWithToken'] | null>(null)
  // The same for each try of one draft: if an answer is lost on its way, there is still one key.
  const [idempotency, setIdempotency] = useState({ body: '', key: '' })
  const { error, isBusy, run } = useAction()
  if (created !== null) {
    return <TokenSheet token={created.token} of={created} title={strings.token.created} close={close} isOnce />
  }

  const isFull = catalog.plan.max_keys !== 'unlimited' && catalog.plan.used >= catalog.plan.max_keys
  const create = async (body: Schemas['CreateKey']): Promise<void> => {
    const text = JSON.stringify(body)
    const key = idempotency.body === text ? idempotency.key : crypto.randomUUID()
    setIdempotency({ body: text, key })
    setCreated(await answerOf(client.POST('', { params: { header: { 'Idempotency-Key': key } }, body })))
    tell()
    page.changed()
  }
  const submit = (): void => {
    const body = toBody(draft, catalog, options)
    const faults = { name: draft.name.trim() === '', access: isNothing(toGrants(draft.grants, catalog)) }
    setMissing(faults)
    if (!faults.name && !faults.access) void run(() => create(body))
  }
  return (
    <Sheet
      title={strings.create.title}
      kind="wide"
      close={close}
      footer={
        <>
          <button type="button" class="button" onClick={close}>
            {strings.common.cancel}
          </button>
          <button type="button" class="button primary" disabled={isBusy || isFull} onClick={submit}>
            {isBusy ? strings.create.submitting : strings.create.submit}
          </button>
        </>
      }
    >
      <PlanNotice />
      {prefill !== null && (
        <div class="notice">
          <p>{strings.create.prefilled}</p>
        </div>
      )}
      <Fields draft={draft} set={setDraft} error={error} hasNoName={missing.name === true} submit={submit} />
      {missing.access === true && isNothing(toGrants(draft.grants, catalog)) && (
        <p class="fault" role="alert">
          {strings.create.accessMissing}
        </p>
      )}
      <ErrorNotice error={error} strings={strings} retry={submit} />
    </Sheet>
  )
}

interface FieldsProps {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  readonly error: ReturnType<typeof useAction>['error']
  readonly hasNoName: boolean
  readonly submit: () => void
}

function Fields({ draft, set, error, hasNoName, submit }: FieldsProps) {
  const { strings, catalog, options } = usePage()
  const { show } = options
  const words = strings.create
  const environments = catalog.environments.filter((name) => name !== null)
  const setOwner = (owner: OwnerKind): void => {
    const modes = modesFor(catalog, options, owner)
    const mode = modes.includes(draft.grants.mode) ? draft.grants.mode : (modes[0] ?? 'choose')
    set({ ...draft, owner, grants: { ...draft.grants, mode } })
  }
  const limits = { draft: draft.limits, set: (of: LimitsDraft) => set({ ...draft, limits: of }), error }
  return (
    <>
      <Field
        hasFocus
        label={words.name}
        hint={words.nameHint}
        value={draft.name}
        maxLength={catalog.limits.name.maximum}
        set={(name) => set({ ...draft, name })}
        fault={error?.faultAt('/name') ?? (hasNoName && draft.name.trim() === '' ? words.nameMissing : null)}
        enter={submit}
      />
      <Field
        isOptional
        label={words.description}
        value={draft.description}
        maxLength={catalog.limits.description.maximum}
        set={(description) => set({ ...draft, description })}
        fault={error?.faultAt('/description')}
      />
      {ownersFor(catalog, options).length > 1 && (
        <Choices
          look="cards"
          legend={words.owner}
          value={draft.owner}
          choices={[
            { value: 'me', title: words.ownerMe, hint: words.ownerMeHint },
            { value: 'organization', title: words.ownerOrganization, hint: words.ownerOrganizationHint },
          ]}
          set={setOwner}
        />
      )}
      {show.environments && environments.length > 1 && (
        <Select
          hasLabel
          label={words.environment}
          value={draft.environment}
          choices={environments.map((name) => [name, name] as const)}
          set={(environment) => set({ ...draft, environment })}
        />
      )}
      <GrantsFields
        draft={draft.grants}
        set={(grants) => set({ ...draft, grants })}
        modes={modesFor(catalog, options, draft.owner)}
        error={error}
      />
      {show.expiry && <ExpiryFields {...limits} />}
      {(show.ipAllowList || show.rateLimits) && (
        <details class="advanced">
          <summary>{words.advanced}</summary>
          <UseFields {...limits} />
        </details>
      )}
    </>
  )
}

function ownersFor(catalog: Catalog, { show }: ElementOptions): OwnerKind[] {
  const mayBoth = show.organizationKeys && catalog.permissions.manage_all
  if (!show.personalKeys && mayBoth) return ['organization']
  return mayBoth ? ['me', 'organization'] : ['me']
}

function firstDraft(catalog: Catalog, options: ElementOptions, prefill: Prefill | null): Draft {
  const [owner = 'me'] = ownersFor(catalog, options)
  const modes = modesFor(catalog, options, owner)
  const isAsked = prefill !== null && (prefill.scopes.length > 0 || prefill.preset !== '' || prefill.roles.length > 0)
  const mode = isAsked ? 'choose' : modes.includes('read') ? 'read' : (modes.at(-1) ?? 'choose')
  const known = <T extends { readonly name: string; readonly grantable: boolean }>(all: readonly T[], name: string) =>
    all.some((one) => one.name === name && one.grantable)
  const preset = known(catalog.presets, prefill?.preset ?? '') ? (prefill?.preset ?? null) : null
  const scopes = (prefill?.scopes ?? []).filter((name) => known(catalog.scopes, name))
  return {
    name: (prefill?.name ?? '').slice(0, catalog.limits.name.maximum),
    description: (prefill?.description ?? '').slice(0, catalog.limits.description.maximum),
    owner,
    environment: catalog.environment ?? '',
    grants: {
      ...emptyGrants(catalog, mode),
      preset,
      scopes: new Set([...(preset === null ? [] : scopesOfPreset(preset, catalog)), ...scopes]),
      roles: new Set((prefill?.roles ?? []).filter((name) => known(catalog.roles, name))),
    },
    limits: limitsOf(null, catalog),
  }
}

/** What is not shown is left out: the API then has its own default. */
function toBody(draft: Draft, catalog: Catalog, { show }: ElementOptions): Schemas['CreateKey'] {
  const { scopes, preset, roles, resources } = toGrants(draft.grants, catalog)
  const { expires_at, ip_allow_list, rate_limits } = toLimits(draft.limits)
  return {
    name: draft.name.trim(),
    for: draft.owner,
    scopes,
    roles,
    resources,
    ...(preset === null ? {} : { preset }),
    ...(draft.description.trim() === '' ? {} : { description: draft.description.trim() }),
    ...(show.environments && draft.environment !== '' ? { environment: draft.environment } : {}),
    ...(show.expiry && expires_at !== undefined ? { expires_at } : {}),
    ...(show.ipAllowList && ip_allow_list != null ? { ip_allow_list } : {}),
    ...(show.rateLimits && rate_limits != null ? { rate_limits } : {}),
  }
}
