import { useCallback, useMemo, useState } from 'preact/hooks'
import { answerOf, apiClient } from './client/client.js'
import { CreateSheet } from './create/create-sheet.js'
import { readPrefill } from './create/prefill.js'
import { KeySheet } from './key/key-sheet.js'
import type { ElementOptions } from './page-options.js'
import { ErrorNotice } from './parts/error-notice.js'
import { Header } from './parts/header.js'
import { SaidLine } from './parts/said-line.js'
import { formatsOf } from './state/formats.js'
import { useLoad } from './state/load.js'
import { type Page, PageContext } from './state/page.js'
import { useRouter } from './state/router.js'
import { useSaying } from './state/said.js'
import { stringsOf } from './strings/strings.js'
import { views } from './views.js'

interface RootProps {
  readonly host: HTMLElement
  readonly options: ElementOptions
}

/** The whole page: it asks the catalog what the caller may do, and shows that. */
export function Root({ host, options }: RootProps) {
  const asked = host.closest('[lang]')?.getAttribute('lang') || 'en'
  const client = useMemo(() => apiClient(options.api), [options.api])
  const strings = useMemo(() => stringsOf(asked), [asked])
  // What is said, and how numbers are written, is of one language.
  const lang = asked.toLowerCase().startsWith(strings.language) ? asked : strings.language
  const formats = useMemo(() => formatsOf(lang), [lang])
  const router = useRouter(options.hasHash)
  const [isHolding, setHolding] = useState(false)
  const [prefill, setPrefill] = useState(() => readPrefill(location.search))
  const [revision, setRevision] = useState(0)
  const changed = useCallback(() => setRevision((count) => count + 1), [])
  const saying = useSaying()
  const {
    data: catalog,
    error,
    reload,
  } = useLoad((signal) => answerOf(client.GET('/catalog', { signal })), [client, revision])
  if (catalog === null) {
    return (
      <div class="page" lang={lang}>
        {error === null ? (
          <p class="quiet" role="status">
            {strings.page.loading}
          </p>
        ) : (
          <ErrorNotice error={error} strings={strings} retry={reload} />
        )}
      </div>
    )
  }

  const page: Page = { client, options, catalog, strings, formats, router, revision, changed, say: saying.say, saying }
  const shown = views.filter((view) => view.isShown(catalog, options))
  const [first = '', second] = router.path
  const isCreating = isHolding || ((prefill !== null || first === 'new') && catalog.permissions.create)
  const view = shown.find(({ id }) => id === first) ?? shown[0]
  const leaveForm = () => {
    setPrefill(null)
    if (prefill !== null) forgetPrefill()
    if (first === 'new') router.replace('keys')
  }
  const create = {
    prefill,
    // The form is done: neither a reload nor "Back" is to show it again.
    created: () => {
      setHolding(true)
      leaveForm()
    },
    close: () => {
      setHolding(false)
      leaveForm()
    },
  }
  return (
    <PageContext.Provider value={page}>
      <div class="page" lang={lang}>
        <Header views={shown} current={view?.id ?? ''} />
        {view === undefined ? <p class="quiet">{strings.page.notAllowed}</p> : <view.component />}
        {first === 'keys' && second !== undefined && <KeySheet key={second} id={second} />}
        {isCreating && <CreateSheet {...create} />}
        {saying.top === undefined && <SaidLine />}
      </div>
    </PageContext.Provider>
  )
}

/** The form was opened by a link; a reload is not to open it again. */
function forgetPrefill(): void {
  history.replaceState(history.state, '', location.pathname + location.hash)
}
