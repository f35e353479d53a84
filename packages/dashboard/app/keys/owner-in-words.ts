import type { Key } from '../client/client.js'
import type { Strings } from '../strings/strings.js'

/** Who has a key: by name, where the product names people. */
export function ownerInWords(owner: Key['owner'], strings: Strings): string {
  if (owner.type === 'organization') return strings.list.organizationOwner
  return owner.name ?? owner.id
}

/** Who did something. The product itself has a name, too. */
export function actorInWords({ type, id, name }: Key['created_by'], productName: string): string {
  return name ?? (type === 'system' && productName !== '' ? productName : id)
}
