import { useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { follow } from '../parts/header.js'
import { Icon } from '../parts/icon.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { EndpointForm } from './endpoint-form.js'
import { EndpointStatus } from './endpoint-status.js'

/** The webhooks that are attached to a key. */
export function KeyWebhooks({ keyId }: { readonly keyId: string }) {
  const { client, strings, router, catalog, revision } = usePage()
  const words = strings.webhooks
  const path = { id: keyId }
  const key = useLoad((signal) => answerOf(client.GET('/{id}', { params: { path }, signal })), [client, keyId])
  const hooks = useLoad(
    (signal) => answerOf(client.GET('/{id}/webhooks', { params: { path, query: { limit: 100 } }, signal })),
    [client, keyId, revision],
  )
  const [isAdding, setAdding] = useState(false)
  const isGone = key.error?.status === 404 || key.error?.status === 400
  const canAdd = catalog.permissions.webhooks_manage && key.data !== null
  const add = (
    <button type="button" class="button primary" onClick={() => setAdding(true)}>
      <Icon name="plus" />
      {words.add}
    </button>
  )
  return (
    <>
      <div class="title">
        <h2>{key.data === null ? words.title : <bdi>{words.of(key.data.name)}</bdi>}</h2>
        <div class="buttons">
          <a class="button" href={router.href('webhooks')} onClick={follow(() => router.go('webhooks'))}>
            {words.otherKey}
          </a>
          {canAdd && hooks.data !== null && hooks.data.data.length > 0 && add}
        </div>
      </div>
      <ErrorNotice
        error={key.error ?? hooks.error}
        strings={strings}
        retry={() => {
          key.reload()
          hooks.reload()
        }}
        text={isGone ? strings.key.gone : undefined}
      />
      {hooks.data === null && hooks.error === null && (
        <p class="quiet" role="status">
          {strings.page.loading}
        </p>
      )}
      {hooks.data?.data.length === 0 && (
        <div class="empty">
          <h3>{words.emptyTitle}</h3>
          <p>{canAdd ? words.emptyText : words.emptyNoManage}</p>
          {canAdd && add}
        </div>
      )}
      {hooks.data !== null && hooks.data.data.length > 0 && (
        <ul class="rows">
          {hooks.data.data.map((hook) => (
            <Endpoint key={hook.id} keyId={keyId} of={hook} />
          ))}
        </ul>
      )}
      {isAdding && <EndpointForm keyId={keyId} of={null} close={() => setAdding(false)} />}
    </>
  )
}

function Endpoint({ keyId, of: hook }: { readonly keyId: string; readonly of: Schemas['Webhook'] }) {
  const { strings, router } = usePage()
  const words = strings.webhooks
  return (
    <li class="endpoint">
      <div>
        <a
          href={router.href('webhooks', keyId, hook.id)}
          onClick={follow(() => router.go('webhooks', keyId, hook.id))}
          dir="ltr"
        >
          {hook.url}
        </a>
        <small>
          {hook.types === null ? words.allTypes : words.types(hook.types.length)}
          {hook.description !== null && hook.description !== '' && <bdi> · {hook.description}</bdi>}
        </small>
      </div>
      <EndpointStatus of={hook} />
    </li>
  )
}
