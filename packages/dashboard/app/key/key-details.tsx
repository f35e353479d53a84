import type { Key } from '../client/client.js'
import { limitsInWords, sharedLimits } from '../grants/limits-fields.js'
import { actorInWords, ownerInWords } from '../keys/owner-in-words.js'
import { Copyable } from '../parts/copyable.js'
import { Fact } from '../parts/fact.js'
import { When } from '../parts/when.js'
import { offersBudgets, offersLimits } from '../state/offers.js'
import { usePage } from '../state/page.js'
import { TagChips } from '../tags/tag-chips.js'
import type { EditedPart } from './edit-key.js'
import { KeyBudgets } from './key-budgets.js'

interface KeyDetailsProps {
  readonly of: Key
  readonly edit: (part: EditedPart) => void
}

/** Whether this caller may change the settings of a key. */
export function canEdit({ status }: Key, permissions: { readonly create: boolean }): boolean {
  return permissions.create && status !== 'revoked'
}

export function KeyDetails({ of: key, edit }: KeyDetailsProps) {
  const { strings, formats, catalog, options } = usePage()
  const words = strings.key
  const isEditable = canEdit(key, catalog.permissions)
  const creator = actorInWords(key.created_by, options.productName)
  return (
    <section>
      <header class="part">
        <h3>{words.details}</h3>
        {isEditable && (
          <button type="button" class="button bare" onClick={() => edit('name')}>
            {words.edit}
          </button>
        )}
      </header>
      <dl class="facts">
        <Fact label={words.description}>
          {key.description === null || key.description === '' ? (
            <span class="quiet">{words.noDescription}</span>
          ) : (
            <bdi>{key.description}</bdi>
          )}
        </Fact>
        <Fact label={strings.tags.label}>
          {key.tags.length === 0 ? <span class="quiet">{strings.common.none}</span> : <TagChips of={key.tags} />}
        </Fact>
        <Fact label={words.preview}>
          <code>{key.preview}</code>
        </Fact>
        <Fact label={words.id}>
          <Copyable text={key.id} label={words.copyId} />
        </Fact>
        <Fact label={words.owner}>
          <bdi>{ownerInWords(key.owner, strings)}</bdi>
        </Fact>
        {options.show.environments && key.environment !== null && (
          <Fact label={words.environment}>{key.environment}</Fact>
        )}
        <Fact label={words.created}>{words.createdBy(creator, formats.day(key.created_at))}</Fact>
        <Fact label={words.lastUsed}>
          {key.last_used_at === null ? strings.list.neverUsed : <When at={key.last_used_at} />}
        </Fact>
      </dl>
      {offersLimits(options) && <KeyLimits of={key} edit={isEditable ? () => edit('limits') : null} />}
    </section>
  )
}

interface KeyLimitsProps {
  readonly of: Key
  /** `null`: this caller may not. */
  readonly edit: (() => void) | null
}

/** When it ends, from where it may be used, how often, and what that may cost. */
function KeyLimits({ of: key, edit }: KeyLimitsProps) {
  const page = usePage()
  const { strings, formats, catalog, options } = page
  const words = strings.key
  const { show } = options
  return (
    <>
      <header class="part">
        <h3>{strings.create.advanced}</h3>
        {edit !== null && (
          <button type="button" class="button bare" onClick={edit}>
            {words.manageLimits}
          </button>
        )}
      </header>
      <dl class="facts">
        {show.expiry && (
          <Fact label={words.expires}>
            {key.expires_at === null ? (
              strings.common.never
            ) : (
              <>
                {formats.day(key.expires_at)}
                <span class="quiet">
                  <When at={key.expires_at} />
                </span>
              </>
            )}
          </Fact>
        )}
        {show.ipAllowList && (
          <Fact label={words.addresses}>
            {key.ip_allow_list === null
              ? words.anyAddress
              : key.ip_allow_list.length === 0
                ? words.noAddress
                : key.ip_allow_list.map((address) => <code key={address}>{address}</code>)}
          </Fact>
        )}
        {show.rateLimits && (
          <Fact label={words.rateLimits}>
            {key.rate_limits !== null
              ? limitsInWords([...key.rate_limits, ...sharedLimits(catalog)], page)
              : catalog.rate_limits.length === 0
                ? strings.create.noLimit
                : words.planLimits(limitsInWords(catalog.rate_limits, page))}
          </Fact>
        )}
        {offersBudgets(catalog, options) && <KeyBudgets of={key} />}
        {key.binding !== null && (
          <Fact label={words.boundTo}>
            {words.bindings[key.binding.type]}
            <code>{key.binding.type === 'dpop' ? key.binding.jkt : key.binding.thumbprint}</code>
          </Fact>
        )}
      </dl>
    </>
  )
}
