import type { Keyring, KeyringEvent } from '@keywright/core'

/** Writes to the owner of a key whose token was found. Call it from `onEvent`: each report is told, in one process. */
export async function tellOwner(
  keyring: Pick<Keyring, 'get'>,
  event: KeyringEvent,
  mail: (userId: string, text: string) => Promise<void>,
): Promise<void> {
  // Of a token that had ended before, its owner need not hear again.
  if (event.type !== 'api_key.leak_reported' || event.outcome === 'unchanged') return
  const key = await keyring.get(event.keyId)
  if (key === null) return
  const person = key.owner.type === 'user' ? key.owner.id : key.createdBy.id
  const where = event.url === undefined ? '' : ` at ${event.url}`
  await mail(person, `A token of your key ${key.name} was found${where}. It does not work any more: make a new one.`)
}
