export type { Requirements } from './requirements.js'
export { type Refusal, type RefusalCode, refuse, tooMany, type Verdict } from './verdict.js'
