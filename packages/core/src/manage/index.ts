export { type CreatedKey, createKey } from './create.js'
export { deleteKey } from './delete.js'
export { disableKey, enableKey } from './enable-disable.js'
export { type ImportInput, importKey } from './import-key.js'
export { type ImportResult, importMany } from './import-many.js'
export type {
  CopyKeyInput,
  CreateInput,
  GrantsInput,
  RevokeInput,
  RotateInput,
  SettingsInput,
  UpdateInput,
} from './key-input.js'
export type { ManageParts } from './parts.js'
export { revealKey } from './reveal.js'
export { readReveal } from './reveal-options.js'
export { revokeKey } from './revoke.js'
export { type RewrapResult, rewrapSeals } from './rewrap.js'
export { rotateKey } from './rotate.js'
export { updateKey } from './update.js'
