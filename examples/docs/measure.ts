import type { Keyring } from '@keywright/core'
import { instrument } from '@keywright/otel'
import type { access } from './access.js'

/** Hand out what this returns, to guards and to everything else, so that they are measured, too. Your SDK is started before. */
export function measured(keyring: Keyring<typeof access>): Keyring<typeof access> {
  return instrument(keyring)
}
