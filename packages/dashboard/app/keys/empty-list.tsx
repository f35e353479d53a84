import { follow } from '../parts/header.js'
import { Icon } from '../parts/icon.js'
import { offersCreate } from '../state/offers.js'
import { usePage } from '../state/page.js'

/** Says what to do next where there is no key. */
export function EmptyList({ isFiltered, clear }: { readonly isFiltered: boolean; readonly clear: () => void }) {
  const { strings, router, catalog, options } = usePage()
  const { list, create } = strings
  if (isFiltered) {
    return (
      <div class="empty">
        <Icon name="search" />
        <h2>{list.nothingFound}</h2>
        <p>{list.nothingFoundText}</p>
        <button type="button" class="button" onClick={clear}>
          {list.clearFilters}
        </button>
      </div>
    )
  }
  if (!offersCreate(catalog, options)) {
    return (
      <div class="empty">
        <Icon name="key" />
        <p>{list.emptyNoCreate}</p>
      </div>
    )
  }
  return (
    <div class="empty">
      <Icon name="key" />
      <h2>{list.emptyTitle}</h2>
      <p>{list.emptyText}</p>
      <a class="button primary" href={router.href('new')} onClick={follow(() => router.go('new'))}>
        {create.button}
      </a>
    </div>
  )
}
