export {
  type FormerFormat,
  formatToken,
  type InvalidTokenReason,
  type ParsedToken,
  type ParseTokenOptions,
  parseToken,
  type SecretScanning,
  type SecretScanningOptions,
  secretScanning,
  type TokenParts,
} from '../crypto/index.js'
