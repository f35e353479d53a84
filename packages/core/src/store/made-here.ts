/**
 * What stands before the id of a key that was made here, in the lookup digest of its tombstone. Such a tombstone may be removed. All others
 * stay: the key may have been imported, and its secret must not be imported again. Versions before marked none.
 */
export const madeHere = 'made-here:'
