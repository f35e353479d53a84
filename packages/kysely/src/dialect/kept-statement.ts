/** Marks a statement that each connection should keep prepared, because the same text is sent over and over. */
export const keepPrepared = ' /* keywright: keep */'

/** The same for a statement that names each column that it reads: whatever becomes of the table, they stay the same. */
export const keepNamed = ' /* keywright: keep, named columns */'

/** The same, and it finds at most one row. */
export const keepNamedRow = ' /* keywright: keep, named columns, one row */'
