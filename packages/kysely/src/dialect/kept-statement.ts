/** Marks a statement that each connection should keep prepared, because the same text is sent over and over. */
export const keepPrepared = ' /* keywright: keep */'
