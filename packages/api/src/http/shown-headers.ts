/** A header of a response, as the document shows it. */
export type ShownHeader = {
  description: string
  /** Whether each answer has it. */
  required?: true
  schema: { type: 'string' | 'integer'; example: string | number }
}

export const retryAfter: ShownHeader = {
  required: true,
  description: 'Seconds until it makes sense to try again.',
  schema: { type: 'integer', example: 5 },
}

export const etag: ShownHeader = {
  required: true,
  description: 'The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`.',
  schema: { type: 'string', example: '"3-4zjC2yXQ8q0n1xkz3Vt0Ew"' },
}

export const digestTag: ShownHeader = {
  required: true,
  description: 'A digest of the answer: send it back as `If-None-Match`.',
  schema: { type: 'string', example: '"4zjC2yXQ8q0n1xkz3Vt0Ew"' },
}

export const location: ShownHeader = {
  description: 'The path of the new key. There is none for an API key that may not read what it creates.',
  schema: { type: 'string', example: '/api/api-keys/aB3dE5gH7jK9' },
}

export const webhookLocation: ShownHeader = {
  required: true,
  description: 'The path of the new webhook.',
  schema: { type: 'string', example: '/api/api-keys/aB3dE5gH7jK9/webhooks/we_0123456789abcdef01234567' },
}

export const link: ShownHeader = {
  description: 'The next page, with `rel="next"` (RFC 8288). The last page has none.',
  schema: { type: 'string', example: '</api/api-keys?cursor=YXNj>; rel="next"' },
}

export const disposition: ShownHeader = {
  required: true,
  description: 'The name of the file.',
  schema: { type: 'string', example: 'attachment; filename="audit.csv"' },
}
