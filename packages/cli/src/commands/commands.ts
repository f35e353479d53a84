import type { Command } from '../arguments/index.js'
import { keysList } from './keys-list.js'
import { migrate } from './migrate.js'
import { secret } from './secret.js'

/** All commands, in the order of help. A new one is a file beside this, and a line here. */
export const commands: readonly Command[] = [secret, migrate, keysList]
