import { createKeyring, type Keyring, type KeyringOptions, sealer } from '@keywright/core'

/** What keeps secrets for your clients. */
export interface SecretManager {
  /** Writes a new version of a secret. Called again under the same `version`, it changes nothing. */
  put(name: string, value: string, version: string): Promise<void>
}

/** Opens a keyring whose keys can have schedules: `secrets` gets their new tokens. */
export function openRotating(options: KeyringOptions, secrets: SecretManager, sealKey: string): Keyring {
  return createKeyring({
    ...options,
    rotation: {
      sealer: sealer({ current: 'r1', keys: { r1: sealKey } }),
      deliver: ({ key, token, id }) => secrets.put(`keys/${key.id}`, token.reveal(), id),
    },
  })
}

/** Lets a key get a new token each 30 days. The old one works for a day after the new one is in place. */
export async function rotateMonthly(keyring: Pick<Keyring, 'scheduleRotation'>, keyId: string): Promise<void> {
  const days = 86_400_000
  await keyring.scheduleRotation(keyId, { everyMs: 30 * days, graceMs: days })
}
