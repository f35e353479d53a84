/** The fields that may hold a key: no handler sees them. */
export const secretFields: ReadonlySet<string> = new Set(['authorization', 'x-api-key'])

export const SESSION_FIELD = 'mcp-session-id'
