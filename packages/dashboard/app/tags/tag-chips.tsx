import { Icon } from '../parts/icon.js'
import { usePage } from '../state/page.js'

interface TagChipsProps {
  readonly of: readonly string[]
  /** How many are shown. @defaultValue all */
  readonly most?: number
}

/** The tags of a key. Each asks for the keys that have it, too. */
export function TagChips({ of: tags, most = tags.length }: TagChipsProps) {
  const { strings, formats, router, keyQuery, setKeyQuery } = usePage()
  const find = (tag: string): void => {
    setKeyQuery({ ...keyQuery, tags: [...new Set([...keyQuery.tags, tag])] })
    router.go('keys')
  }
  const rest = tags.slice(most)
  return (
    <span class="tags">
      {tags.slice(0, most).map((tag) => (
        <button
          key={tag}
          type="button"
          class="tag"
          aria-label={strings.tags.find(tag)}
          title={tag}
          onClick={() => find(tag)}
        >
          <bdi>{tag}</bdi>
        </button>
      ))}
      {rest.length > 0 && (
        <span class="quiet" title={formats.list(rest)}>
          +{formats.number(rest.length)}
        </span>
      )}
    </span>
  )
}

/** The tags that the list asks for. Each can be taken away. */
export function ChosenTags() {
  const { strings, keyQuery, setKeyQuery } = usePage()
  const { tags } = keyQuery
  if (tags.length === 0) return null
  const remove = (tag: string): void => setKeyQuery({ ...keyQuery, tags: tags.filter((one) => one !== tag) })
  return (
    <fieldset class="tags" aria-label={strings.tags.label}>
      {tags.map((tag) => (
        <button key={tag} type="button" class="tag" aria-label={strings.common.remove(tag)} onClick={() => remove(tag)}>
          <bdi>{tag}</bdi>
          <Icon name="close" />
        </button>
      ))}
    </fieldset>
  )
}
