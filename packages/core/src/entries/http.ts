export {
  type CredentialFormat,
  type CredentialInput,
  type CredentialReading,
  type CredentialSource,
  type InvalidRequestReason,
  readCredential,
} from '../credential/index.js'
export {
  type ChallengeOptions,
  type ClientIpInput,
  challengeFor,
  clientIp,
  EXPOSED_HEADERS,
  type HttpRefusalCode,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  type PublicRefusal,
  problemFor,
  type Reply,
  rateLimitFields,
  readTrustedProxies,
  replyTo,
} from '../http/index.js'
