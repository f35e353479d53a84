export { type ChallengeOptions, challengeFor } from './challenge.js'
export { type ClientIpInput, clientIp, readTrustedProxies } from './client-ip.js'
export { fieldLines } from './field-lines.js'
export { createGate, type Gate, type GateOptions, type GateRequest, type GateVerdict } from './gate.js'
export type { HttpRefusalCode } from './outcome.js'
export { PROBLEM_MEDIA_TYPE, type Problem, problemFor, type RefusalToTell } from './problem.js'
export { rateLimitFields } from './rate-limit-fields.js'
export {
  type CredentialFormat,
  type CredentialInput,
  type CredentialReading,
  type CredentialSource,
  type InvalidRequestReason,
  readCredential,
} from './read-credential.js'
export { type Reply, replyTo } from './reply.js'
