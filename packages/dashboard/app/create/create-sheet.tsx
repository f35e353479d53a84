import { useState } from 'preact/hooks'
import { answerOf, type Catalog, type Schemas } from '../client/client.js'
import { Choices } from '../grants/choices.js'
import { emptyGrants, type GrantsDraft, isNothing, modesFor, toGrants } from '../grants/draft.js'
import { GrantsFields } from '../grants/grants-fields.js'
import { areAddressesMissing, isDateMissing, type LimitsDraft, limitsOf, toLimits } from '../grants/limits-draft.js'
import { ExpiryFields, UseFields } from '../grants/limits-fields.js'
import type { ElementOptions } from '../page-options.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Field } from '../parts/field.js'
import { Select } from '../parts/select.js'
import { Sheet } from '../parts/sheet.js'
import { useLeaveQuestion } from '../parts/use-leave-question.js'
import { useIdempotencyKey } from '../state/idempotency-key.js'
import { useAction } from '../state/load.js'
import { offersBudgets, ownersFor } from '../state/offers.js'
import { usePage } from '../state/page.js'
import { shownToken } from '../state/shown-once.js'
import { TagsField } from '../tags/tags-field.js'
import { tagsIn } from '../tags/tags-in.js'
import { TokenLost, tokenLostIn } from '../token/token-lost.js'
import { PlanNotice } from './plan-notice.js'
import { type FittingPrefill, fitPrefill, type Prefill } from './prefill.js'

interface CreateSheetProps {
  readonly prefill: Prefill | null
  readonly close: () => void
}

type OwnerKind = ReturnType<typeof ownersFor>[number]

interface Draft {
  readonly name: string
  readonly description: string
  /** As it is typed, with commas. */
  readonly tags: string
  readonly owner: OwnerKind
  readonly environment: string
  readonly grants: GrantsDraft
  readonly limits: LimitsDraft
}

/** The form for a new key. */
export function CreateSheet({ prefill, close }: CreateSheetProps) {
  const page = usePage()
  const { client, strings, formats, catalog, options } = page
  const words = strings.create
  const [fitting] = useState(() => (prefill === null ? null : fitPrefill(prefill, catalog, options)))
  const [first] = useState<Draft>(() => firstDraft(catalog, options, prefill, fitting))
  const [draft, setDraft] = useState(first)
  const [isTried, setTried] = useState(false)
  const idempotencyKey = useIdempotencyKey()
  const { error, isBusy, run } = useAction()
  const leaving = useLeaveQuestion({ isAsked: draft !== first && !isBusy, words: strings.form, close })

  const isFull = catalog.plan.max_keys !== 'unlimited' && catalog.plan.used >= catalog.plan.max_keys
  const faults = {
    name: draft.name.trim() === '',
    access: isNothing(toGrants(draft.grants, catalog)),
    date: options.show.expiry && isDateMissing(draft.limits),
    addresses: options.show.ipAllowList && areAddressesMissing(draft.limits, catalog),
  }
  const create = async (): Promise<void> => {
    const body = toBody(draft, catalog, options)
    const params = { header: { 'Idempotency-Key': idempotencyKey(body) } }
    const made = shownToken(await answerOf(client.POST('', { params, body })), 'created')
    page.showOnce(made)
    page.changed(made.of)
  }
  const submit = (): void => {
    setTried(true)
    if (!Object.values(faults).includes(true)) void run(create).then((isMade) => isMade && close())
  }
  const lost = tokenLostIn(error)
  return (
    <Sheet
      title={words.title}
      kind="wide"
      close={leaving.leave}
      footer={
        <>
          <button type="button" class="button" onClick={close}>
            {strings.common.cancel}
          </button>
          <button type="button" class="button primary" disabled={isBusy || isFull} onClick={submit}>
            {isBusy ? words.submitting : words.submit}
          </button>
        </>
      }
    >
      <PlanNotice />
      {fitting !== null && (
        <div class="notice">
          <p>
            {words.prefilled} {fitting.leftOut.length > 0 && words.prefilledWithout(formats.list(fitting.leftOut))}
          </p>
        </div>
      )}
      <Fields
        draft={draft}
        set={setDraft}
        error={error}
        faults={isTried ? faults : { name: false, date: false, addresses: false }}
        submit={submit}
      />
      {isTried && faults.access && (
        <p class="fault" role="alert">
          {words.accessMissing}
        </p>
      )}
      {lost === null ? (
        <ErrorNotice error={error} strings={strings} retry={submit} />
      ) : (
        <TokenLost keyId={lost} text={strings.token.lostCreated} close={close} />
      )}
      {leaving.question}
    </Sheet>
  )
}

interface FieldsProps {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  readonly error: ReturnType<typeof useAction>['error']
  /** What is missing, once somebody tried. */
  readonly faults: { readonly name: boolean; readonly date: boolean; readonly addresses: boolean }
  readonly submit: () => void
}

function Fields({ draft, set, error, faults, submit }: FieldsProps) {
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
        fault={error?.faultAt('/name') ?? (faults.name ? words.nameMissing : null)}
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
      <TagsField value={draft.tags} set={(tags) => set({ ...draft, tags })} error={error} enter={submit} />
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
      {show.expiry && <ExpiryFields {...limits} hasNoDate={faults.date} />}
      {(show.ipAllowList || show.rateLimits || offersBudgets(catalog, options)) && (
        <details class="advanced" open={show.ipAllowList && catalog.policy.require_ip_allow_list}>
          <summary>{words.advanced}</summary>
          <UseFields {...limits} hasNoAddresses={faults.addresses} />
        </details>
      )}
    </>
  )
}

function firstDraft(
  catalog: Catalog,
  options: ElementOptions,
  prefill: Prefill | null,
  fitting: FittingPrefill | null,
): Draft {
  const [owner = 'me'] = ownersFor(catalog, options)
  const modes = modesFor(catalog, options, owner)
  const isAsked = fitting !== null && fitting.scopes.size + fitting.roles.size > 0 && modes.includes('choose')
  const mode = isAsked ? 'choose' : modes.includes('read') ? 'read' : (modes.at(-1) ?? 'choose')
  return {
    name: (prefill?.name ?? '').slice(0, catalog.limits.name.maximum),
    description: (prefill?.description ?? '').slice(0, catalog.limits.description.maximum),
    tags: '',
    owner,
    environment: catalog.environment ?? '',
    grants: {
      ...emptyGrants(catalog, mode),
      preset: fitting?.preset ?? null,
      scopes: fitting?.scopes ?? new Set(),
      roles: fitting?.roles ?? new Set(),
    },
    limits: limitsOf(null, catalog),
  }
}

/** What is not shown is left out: the API then has its own default. */
function toBody(draft: Draft, catalog: Catalog, { show }: ElementOptions): Schemas['CreateKey'] {
  const { scopes, preset, roles, resources } = toGrants(draft.grants, catalog)
  const { expires_at, ip_allow_list, rate_limits, budget } = toLimits(draft.limits)
  const tags = tagsIn(draft.tags)
  return {
    name: draft.name.trim(),
    for: draft.owner,
    scopes,
    roles,
    resources,
    ...(preset === null ? {} : { preset }),
    ...(draft.description.trim() === '' ? {} : { description: draft.description.trim() }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(show.environments && draft.environment !== '' ? { environment: draft.environment } : {}),
    ...(show.expiry && expires_at !== undefined ? { expires_at } : {}),
    ...(show.ipAllowList && ip_allow_list != null ? { ip_allow_list } : {}),
    ...(show.rateLimits && rate_limits != null ? { rate_limits } : {}),
    ...(show.budgets && budget != null ? { budget } : {}),
  }
}
