import type { Server } from 'node:http'
import { type Keyring, UsageLost } from '@keywright/core'

/** Ends a process: no new requests, then the uses that were counted, then the database. */
export async function shutDown(
  server: Server,
  keyring: Pick<Keyring, 'close'>,
  closeDatabase: () => Promise<void>,
): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
  try {
    await keyring.close()
  } catch (error) {
    if (!(error instanceof UsageLost)) throw error
    console.error(error.message) // how many uses are lost; nothing else is
  }
  await closeDatabase()
}
