export { type ChallengeOptions, challengeFor } from './challenge.js'
export { type ClientIpInput, clientIp, type TrustProxy } from './client-ip.js'
export type {
  CredentialFormat,
  CredentialInput,
  CredentialReading,
  CredentialSource,
  InvalidRequestReason,
} from './credential-reading.js'
export { EXPOSED_HEADERS } from './exposed-headers.js'
export { createGate, gateFor } from './gate.js'
export type { GateOptions } from './gate-options.js'
export type { GateRequest } from './gate-request.js'
export type { Gate, GatePrincipal, GateRefusal, GateSetting, GateVerdict, MoreUnits } from './gate-verdict.js'
export { fieldValues } from './header-syntax.js'
export { PROBLEM_MEDIA_TYPE, type Problem, type PublicRefusal, problemFor } from './problem.js'
export { rateLimitFields } from './rate-limit-fields.js'
export { readCredential } from './read-credential.js'
export { type Reply, replyTo } from './reply.js'
export type { HttpRefusalCode } from './status-table.js'
export { readTrustedProxies, type TrustedProxies } from './trusted-proxies.js'
