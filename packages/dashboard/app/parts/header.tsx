import { useState } from 'preact/hooks'
import { LeaverSheet } from '../leavers/leaver-sheet.js'
import { offersCreate, offersLeavers } from '../state/offers.js'
import { usePage } from '../state/page.js'
import type { View } from '../views.js'
import { Icon } from './icon.js'
import { Menu } from './menu.js'

/** The name of the product, what the page is for, and its tabs if there are several. */
export function Header({ views, current }: { readonly views: readonly View[]; readonly current: string }) {
  const { options, strings, router, catalog } = usePage()
  const { productName, logoUrl } = options
  const [isLeaving, setLeaving] = useState(false)
  return (
    <div class="header">
      {productName !== '' && (
        <p class="brand">
          {logoUrl !== null && <img src={logoUrl} alt="" />}
          {productName}
        </p>
      )}
      <div class="title">
        <div>
          <h1>{strings.page.title}</h1>
          <p class="quiet">{strings.page.intro(productName)}</p>
        </div>
        <div class="buttons">
          {current === 'keys' && offersLeavers(catalog) && (
            <Menu
              label={strings.common.more}
              items={[{ label: strings.leavers.title, isDangerous: true, act: () => setLeaving(true) }]}
            />
          )}
          {offersCreate(catalog, options) && (
            <a class="button primary" href={router.href('new')} onClick={follow(() => router.go('new'))}>
              <Icon name="plus" />
              {strings.create.button}
            </a>
          )}
        </div>
        {isLeaving && <LeaverSheet close={() => setLeaving(false)} />}
      </div>
      {views.length > 1 && (
        <nav class="tabs" aria-label={strings.page.tabs}>
          {views.map(({ id, label }) => (
            <a
              key={id}
              href={router.href(id)}
              aria-current={id === current ? 'page' : undefined}
              onClick={follow(() => router.go(id))}
            >
              {label(strings)}
            </a>
          ))}
        </nav>
      )}
    </div>
  )
}

/** Where the hash is not the page's, a link goes by the router. A click for a new tab is left to the browser. */
export function follow(go: () => void): (event: MouseEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    go()
  }
}
