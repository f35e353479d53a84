/** The most characters of a key's name. */
export const maxNameLength = 100
export const maxDescriptionLength = 500
/** The most characters of a tag, and the most tags of a key, and of a filter. */
export const maxTagLength = 50
export const maxTags = 20
/** The most characters of the reason of a revocation. */
export const maxReasonLength = 200
/** The most characters of an id of the host's. */
export const maxIdLength = 255
/** The most characters of metadata as JSON. */
export const maxMetadataLength = 16_384
/** The last year of an expiry: ISO 8601 writes years up to it with four digits. */
export const lastYear = 9999
/** The most scopes that one call may name. */
export const maxNamed = 200
/** The most scopes of a key, with those of its preset: each verification compares them. */
export const maxScopes = 400
export const maxRoles = 50
/** The most resources of one type. */
export const maxGrants = 1_000
/** The longest time for which the token before a rotation still works. */
export const maxGraceMs = 7 * 24 * 3_600_000
/** How long a token of a key with a schedule is the current one. */
export const leastRotationMs = 3_600_000
export const maxRotationMs = 366 * 24 * 3_600_000
