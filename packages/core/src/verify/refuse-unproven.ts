import type { Found } from '../store/index.js'
import type { Refusal, Requirements } from '../verdict/index.js'
import { fault } from './fault.js'
import type { VerifyParts } from './parts.js'

const proofFault = /* @__PURE__ */ fault('proof')

/** The refusal of a request with a right token that does not prove what its key is bound to; `null`: it does. */
export async function refuseUnproven(
  { proofs }: Pick<VerifyParts, 'proofs'>,
  { record: { id: keyId, binding }, now }: Found,
  token: string,
  { proof: presenting, request }: Requirements,
): Promise<Refusal | null> {
  const refusal = await proofs.refusalOf({ keyId, binding, token, now, presenting, request }).catch(proofFault)
  return refusal === null ? null : { ...refusal, keyId }
}
