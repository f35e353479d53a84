import { Icon } from '../parts/icon.js'
import { usePage } from '../state/page.js'

/** What the plan leaves, before anybody fills in a form that is refused. */
export function PlanNotice() {
  const { strings, formats, catalog } = usePage()
  const { max_keys: most, used } = catalog.plan
  if (most === 'unlimited') return null
  if (used >= most) {
    return (
      <div class="notice danger" role="alert">
        <Icon name="warn" />
        <p>{strings.create.planFull(formats.number(most))}</p>
      </div>
    )
  }
  return (
    <p class="plan quiet">
      <progress value={used} max={most} aria-label={strings.stats.plan} />
      {strings.create.planLeft(formats.number(used), formats.number(most))}
    </p>
  )
}
