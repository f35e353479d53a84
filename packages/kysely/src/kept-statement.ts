/** Ends a statement that is worth being prepared once on each connection: always the same text, sent over and over. */
export const keepPrepared = ' /* keywright: keep */'
