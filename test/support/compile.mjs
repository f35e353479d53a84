// Compiles what `check:compiled` tests, before its tests begin: it takes longer than one of them may.
import { install } from './install.mjs'

install('better-sqlite3', '12', { compile: true })
