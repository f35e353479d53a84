export { type SecretScanning, type SecretScanningOptions, secretScanning } from '../credential/index.js'
export {
  type FormerFormat,
  formatToken,
  type InvalidTokenReason,
  type ParsedToken,
  type ParseTokenOptions,
  parseToken,
  type TokenParts,
} from '../crypto/index.js'
