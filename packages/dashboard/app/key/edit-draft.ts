import type { Catalog, Key, Schemas } from '../client/client.js'
import { type GrantsDraft, grantsOf, toGrants } from '../grants/draft.js'
import { type LimitsDraft, limitsOf, toLimits } from '../grants/limits-draft.js'
import { tagsIn, textOfTags } from '../tags/tags-in.js'

/** All of a key that can be changed, as somebody is changing it. */
export interface EditDraft extends GrantsDraft, LimitsDraft {
  readonly name: string
  readonly description: string
  /** As it is typed, with commas. */
  readonly tags: string
}

/** What changes together. */
const parts = [
  ['name'],
  ['description'],
  ['tags'],
  ['preset', 'scopes'],
  ['roles'],
  ['resources'],
  ['expiry', 'date'],
  ['addresses'],
  ['limit', 'windowMs', 'otherLimits'],
  ['credits', 'refill', 'timeZone'],
] as const satisfies readonly (readonly (keyof EditDraft)[])[]

type Part = (typeof parts)[number]

export function editDraftOf(key: Key, catalog: Catalog): EditDraft {
  const { name, description } = key
  const texts = { name, description: description ?? '', tags: textOfTags(key.tags) }
  return { ...grantsOf(key, catalog), ...limitsOf(key, catalog), ...texts }
}

/** The parts in which two drafts differ. */
function differences(draft: EditDraft, base: EditDraft): readonly Part[] {
  return parts.filter((part) => part.some((field) => textOf(draft[field]) !== textOf(base[field])))
}

export function isTouched(draft: EditDraft, base: EditDraft): boolean {
  return differences(draft, base).length > 0
}

/** What the API takes: only what was touched. The rest stays as it is, also where the form cannot show it. */
export function changesOf(draft: EditDraft, base: EditDraft, catalog: Catalog): Schemas['UpdateKey'] {
  const { scopes, preset, roles, resources } = toGrants(draft, catalog)
  const { expires_at = null, ip_allow_list = null, rate_limits = null, budget = null } = toLimits(draft)
  const bodies: Readonly<Record<Part[0], Schemas['UpdateKey']>> = {
    name: { name: draft.name.trim() },
    description: { description: draft.description.trim() === '' ? null : draft.description.trim() },
    tags: { tags: tagsIn(draft.tags) },
    preset: { preset, scopes },
    roles: { roles },
    resources: { resources },
    expiry: { expires_at },
    addresses: { ip_allow_list },
    limit: { rate_limits },
    credits: { budget },
  }
  return Object.assign({}, ...differences(draft, base).map(([first]) => bodies[first]))
}

/** The same changes, made to the key as it is now. */
export function rebase(draft: EditDraft, base: EditDraft, now: EditDraft): EditDraft {
  const kept = differences(draft, base).flat()
  return { ...now, ...Object.fromEntries(kept.map((field) => [field, draft[field]])) }
}

function textOf(value: EditDraft[keyof EditDraft]): string {
  return JSON.stringify(value instanceof Set ? [...value].sort() : value)
}
