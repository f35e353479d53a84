export { chainHash, GENESIS } from './audit-chain.js'
export { BASE62, decodeBase62, encodeBase62, isBase62 } from './base62.js'
export { canonicalJson } from './canonical-json.js'
export { crc32 } from './crc32.js'
export { formatToken, previewOf } from './format-token.js'
export { type FormerFormat, isEnvironment, type ReadFormer, readFormerly, readSecretLength } from './former-format.js'
export type { Hasher, HashInput, HashVerdict } from './hasher.js'
export { hmacSha256 } from './hmac-sha256.js'
export type { HmacSha256Options } from './hmac-sha256-options.js'
export {
  type ForeignFormat,
  importedDigest,
  importedKeyId,
  importedPartDigest,
  type PartFormat,
} from './import-digest.js'
export { type ImportOptions, type ImportSettings, readImports } from './import-options.js'
export { lookupDigests } from './lookup-digest.js'
export { isNamespace } from './namespace.js'
export { parseToken } from './parse-token.js'
export { phcPrefix } from './phc.js'
export { createTokenFactory, type TokenFactory } from './random.js'
export { beginsWith, isOpaqueToken, recognizeToken } from './recognize-token.js'
export { sameBytes } from './same-bytes.js'
export { type SealContext, type Sealer, type SealerOptions, sealer } from './sealer.js'
export { Secret } from './secret.js'
export { sha256 } from './sha256.js'
export { DEFAULT_SECRET_LENGTH, ID_LENGTH, readToken } from './token.js'
export type {
  Credential,
  InvalidTokenReason,
  ParsedToken,
  ParseTokenOptions,
  ReadToken,
  Recognized,
  TokenFormat,
  TokenParts,
} from './token-types.js'
