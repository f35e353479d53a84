import { createKeyring, type Keyring, type KeyringOptions } from '@keywright/core'

/** What sends your mails. Of two with the same `idempotencyKey`, it sends one. */
export interface Mailer {
  send(mail: { readonly to: string; readonly subject: string; readonly idempotencyKey: string }): Promise<void>
}

/** Opens a keyring that tells the owner of a key before it ends, and of a key that nobody uses. */
export function openTelling(options: KeyringOptions, mailer: Mailer): Keyring {
  return createKeyring({
    ...options,
    notices: {
      expiringDays: [30, 7, 1],
      unusedDays: 90,
      onNotice: async ({ id, type, key, days }) => {
        const what = type === 'api_key.expiring' ? `ends within ${days} days` : `was not used for ${days} days`
        await mailer.send({ to: key.owner.id, subject: `Your key ${key.name} ${what}`, idempotencyKey: id })
      },
    },
  })
}

/** What a scheduler runs, in one process or in all of them. */
export async function tellOfKeys(keyring: Pick<Keyring, 'runDue'>): Promise<void> {
  const { expiring, unused, failed } = await keyring.runDue()
  console.info('told of keys', { expiring, unused })
  if (failed > 0) console.error(`${failed} notices were not taken: they are given again.`)
}
