import { useEffect, useState } from 'preact/hooks'
import { answerOf, type Key } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Sheet } from '../parts/sheet.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { TokenSheet } from '../token/token-sheet.js'

/** Shows a token again, where the product keeps tokens. */
export function RevealKey({ of: key, close }: { readonly of: Key; readonly close: () => void }) {
  const { client, strings } = usePage()
  const { error, run } = useAction()
  const [token, setToken] = useState<string | null>(null)
  const reveal = () =>
    void run(async () => {
      const answer = await answerOf(client.POST('/{id}/reveal', { params: { path: { id: key.id } } }))
      setToken(answer.token)
    })
  useEffect(reveal, [])
  if (token !== null) return <TokenSheet token={token} of={key} how="revealed" close={close} />
  return (
    <Sheet title={strings.key.reveal} kind="small" close={close}>
      {error === null ? (
        <p class="quiet">{strings.page.loading}</p>
      ) : (
        <ErrorNotice
          error={error}
          strings={strings}
          retry={reveal}
          text={error.problem?.code === 'not_fresh' ? strings.key.notFresh : undefined}
        />
      )}
    </Sheet>
  )
}
