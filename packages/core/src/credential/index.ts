export type {
  CredentialFormat,
  CredentialInput,
  CredentialReading,
  CredentialSource,
  InvalidRequestReason,
} from './credential-reading.js'
export { findExposedKey, tokensInUrls } from './find-exposed-key.js'
export { fieldEntries, fieldValues, isForwardingField, trimOws } from './header-syntax.js'
export { parseKeyHeaders, usualKeyHeaders } from './key-headers.js'
export type { LeakEvent, LeakedDelegate } from './leak-event.js'
export { credentialReader, readCredential } from './read-credential.js'
export { type SecretScanning, type SecretScanningOptions, secretScanning } from './secret-scanning.js'
