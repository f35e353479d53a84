export {
  type KeyringEvent,
  type OnEvent,
  type RequestFacts,
  readRequestId,
  requestFacts,
  type Unavailable,
} from './events.js'
export { digestsOf, importedId } from './find-key.js'
export { matchToken } from './match-token.js'
export type { OwnerAuthority, OwnerRights, ResolveOwner } from './owner-authority.js'
export type { VerifyParts } from './parts.js'
export { rehashes } from './rehashes.js'
export { patternsOf, resolveAuthority } from './resolve-owner.js'
export { verifyCredential, verifyToken } from './verify.js'
