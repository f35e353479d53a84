import type { ApiError } from '../client/api-error.js'
import { Icon } from '../parts/icon.js'
import { usePage } from '../state/page.js'

/** The key whose token was in an answer that got lost, if that is what the API says. */
export function tokenLostIn(error: ApiError | null): string | null {
  return error?.problem?.code === 'secret_already_shown' ? error.problem.keyId : null
}

interface TokenLostProps {
  readonly keyId: string
  readonly text: string
  readonly close: () => void
}

/** What was asked for was done, and its token is lost: the way on is a rotation. */
export function TokenLost({ keyId, text, close }: TokenLostProps) {
  const { strings, router, changed } = usePage()
  const open = (): void => {
    close()
    changed()
    router.go('keys', keyId)
  }
  return (
    <div class="notice danger" role="alert">
      <Icon name="warn" />
      <p>{text}</p>
      <button type="button" class="button" onClick={open}>
        {strings.token.lostOpen}
      </button>
    </div>
  )
}
