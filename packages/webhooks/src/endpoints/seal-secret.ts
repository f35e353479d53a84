import type { Sealer } from '@keywright/core'
import type { EndpointRecord } from '@keywright/core/store'

type Place = Pick<EndpointRecord, 'id' | 'organizationId'>

function contextOf({ id, organizationId }: Place) {
  return { purpose: 'webhook-secret/v1', tenant: organizationId, id } as const
}

/** Seals a signing secret for its endpoint alone. */
export async function sealSecret(sealer: Pick<Sealer, 'seal'>, endpoint: Place, secret: string): Promise<string> {
  return sealer.seal(secret, contextOf(endpoint))
}

/**
 * The secrets that sign for an endpoint now, the new one first.
 *
 * @throws Error when one cannot be opened.
 */
export async function openSecrets(
  sealer: Pick<Sealer, 'open'>,
  endpoint: EndpointRecord,
  now: Date,
): Promise<readonly string[]> {
  const { secret, previousSecret, previousSecretExpiresAt: end } = endpoint
  const sealed = previousSecret !== null && end !== null && end > now ? [secret, previousSecret] : [secret]
  return Promise.all(sealed.map(async (one) => sealer.open(one, contextOf(endpoint))))
}
