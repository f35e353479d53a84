import type { Keyring, Principal } from '@keywright/core'
import type { access } from './access.js'

/** Starts a sub-agent that may read the tasks of one board for two minutes, whatever its caller's key can do. */
export async function startReader(
  keyring: Keyring<typeof access>,
  principal: Principal<typeof access>,
  board: string,
  start: (token: string) => Promise<void>,
): Promise<void> {
  const { token } = await keyring.delegate(principal, {
    scopes: ['tasks.read'],
    resources: { board: [board] },
    ttlMs: 120_000,
  })
  await start(token.reveal())
}
