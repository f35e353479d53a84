import { useCallback, useMemo, useState } from 'preact/hooks'
import { answerOf, apiClient } from './client/client.js'
import { CreateSheet } from './create/create-sheet.js'
import { forgetPrefill, readPrefill } from './create/prefill.js'
import { KeySheet } from './key/key-sheet.js'
import { type KeyQuery, noQuery } from './keys/query.js'
import type { ElementOptions } from './page-options.js'
import { ErrorNotice } from './parts/error-notice.js'
import { Header } from './parts/header.js'
import { SaidLine } from './parts/said-line.js'
import { formatsOf, isTag } from './state/formats.js'
import { useLoad } from './state/load.js'
import { offersCreate } from './state/offers.js'
import { type Change, type Page, PageContext } from './state/page.js'
import { useRouter } from './state/router.js'
import { useSaying } from './state/said.js'
import type { ShownOnce } from './state/shown-once.js'
import { stringsOf } from './strings/strings.js'
import { TokenSheet } from './token/token-sheet.js'
import { views } from './views.js'
import { WebhookSecretSheet } from './webhooks/webhook-secret-sheet.js'

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
  const lang = isTag(asked) && asked.toLowerCase().startsWith(strings.language) ? asked : strings.language
  const formats = useMemo(() => formatsOf(lang), [lang])
  const router = useRouter(options.hasHash)
  const [prefill, setPrefill] = useState(() => (options.hasHash ? readPrefill(location.search) : null))
  const [keyQuery, setKeyQuery] = useState<KeyQuery>(noQuery)
  const { revision, change, changed } = useChanges()
  const [secrets, setSecrets] = useState<readonly ShownOnce[]>([])
  const showOnce = useCallback((secret: ShownOnce) => setSecrets((before) => [...before, secret]), [])
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

  const { say } = saying
  const shared = { strings, formats, say, saying, keyQuery, setKeyQuery }
  const page: Page = { client, options, catalog, router, revision, change, changed, showOnce, ...shared }
  const shown = views.filter((view) => view.isShown(catalog, options))
  const [first = '', second] = router.path
  const isCreating = (prefill !== null || first === 'new') && offersCreate(catalog, options)
  const view = shown.find(({ id }) => id === first) ?? shown[0]
  const leaveForm = () => {
    setPrefill(null)
    if (prefill !== null) forgetPrefill()
    if (first === 'new') router.replace('keys')
  }
  const [secret] = secrets
  return (
    <PageContext.Provider value={page}>
      <div class="page" lang={lang}>
        <Header views={shown} current={view?.id ?? ''} />
        {view === undefined ? <p class="quiet">{strings.page.notAllowed}</p> : <view.component />}
        {view?.id === 'keys' && first === 'keys' && second !== undefined && <KeySheet key={second} id={second} />}
        {isCreating && <CreateSheet prefill={prefill} close={leaveForm} />}
        {secret !== undefined && <Secret of={secret} close={() => setSecrets((before) => before.slice(1))} />}
        {saying.top === undefined && <SaidLine />}
      </div>
    </PageContext.Provider>
  )
}

function Secret({ of: shown, close }: { readonly of: ShownOnce; readonly close: () => void }) {
  return shown.kind === 'token' ? (
    <TokenSheet key={shown.secret} token={shown.secret} of={shown.of} how={shown.how} close={close} />
  ) : (
    <WebhookSecretSheet key={shown.secret} secret={shown.secret} of={shown.of} close={close} />
  )
}

/** Counts the changes of keys, and keeps the last one. */
function useChanges(): Pick<Page, 'revision' | 'change' | 'changed'> {
  const [state, setState] = useState<{ readonly revision: number; readonly change: Change }>({
    revision: 0,
    change: { key: null },
  })
  const changed = useCallback<Page['changed']>(
    (key = null) => setState(({ revision }) => ({ revision: revision + 1, change: { key } })),
    [],
  )
  return { ...state, changed }
}
