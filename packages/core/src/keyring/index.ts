export { adapterOf, type KeyringDoor, wrapKeyring } from './door.js'
export { createKeyring, type Keyring, type KeyringInTransaction } from './keyring.js'
export { type KeyringOptions, keyringOptionNames } from './options.js'
