export { deleteKey } from './delete.js'
export { type DisableInput, disableKey, enableKey } from './enable-disable.js'
export { type RevokeInput, revokeKey } from './revoke.js'
