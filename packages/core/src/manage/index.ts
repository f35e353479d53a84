export { type ActingOnKey, actForKey } from './act-for-key.js'
export { type Change, changeKey, changePrepared } from './change-key.js'
export { checkPlanLimit } from './check-plan-limit.js'
export { type CreatedKey, createKey } from './create.js'
export { type ImportInput, importKey } from './import-key.js'
export { type ImportResult, importMany } from './import-many.js'
export type {
  CopyKeyInput,
  CreateInput,
  GrantsInput,
  RotateInput,
  SettingsInput,
  UpdateInput,
} from './key-input.js'
export type { ManageParts } from './parts.js'
export { requestOnce } from './request-once.js'
export { revealKey } from './reveal.js'
export { readReveal } from './reveal-options.js'
export { rotateKey } from './rotate.js'
export { sealContext, sealToken, sealWith } from './seal-token.js'
export { updateKey } from './update.js'
export { type KeyringWatcher, type MadeChange, type Watchers, watchers } from './watchers.js'
