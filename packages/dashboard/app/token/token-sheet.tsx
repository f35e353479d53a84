import type { Key } from '../client/client.js'
import { usePage } from '../state/page.js'
import { SecretSheet } from './secret-sheet.js'
import { TokenUses } from './token-uses.js'

interface TokenSheetProps {
  readonly token: string
  readonly of: Pick<Key, 'name' | 'previous_token_expires_at'>
  readonly how: 'created' | 'rotated' | 'revealed'
  readonly close: () => void
}

/** Shows a token, and what to do with it. */
export function TokenSheet({ token, of: key, how, close }: TokenSheetProps) {
  const { strings, formats } = usePage()
  const words = strings.token
  const isOnce = how !== 'revealed'
  return (
    <SecretSheet
      secret={token}
      title={words[how]}
      label={words.label(key.name)}
      notice={isOnce ? words.once : words.recorded}
      close={close}
      leaving={isOnce ? { title: words.leaveTitle, text: words.leaveText } : null}
    >
      {(saved) => (
        <>
          {key.previous_token_expires_at !== null && isOnce && (
            <p class="quiet">{words.graceUntil(formats.exact(key.previous_token_expires_at))}</p>
          )}
          <TokenUses token={token} saved={saved} />
        </>
      )}
    </SecretSheet>
  )
}
