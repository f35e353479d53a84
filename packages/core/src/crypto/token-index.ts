export { type SecretScanning, type SecretScanningOptions, secretScanning } from './secret-scanning.js'
export {
  formatToken,
  type InvalidTokenReason,
  type ParsedToken,
  type ParseTokenOptions,
  parseToken,
  type TokenParts,
} from './token.js'
