import { z } from '@hono/zod-openapi'
import { Key, nextCursor } from './answers.js'
import { Actor, hostId, instant, keyId } from './fields.js'
import { cursor, reasonField } from './requests.js'

/** How many keys of a group one request looks at. */
const mostAtOnce = 100

export const RevokeAllBody = z
  .strictObject({
    created_by: z
      .strictObject({ type: Actor.shape.type, id: hostId })
      .optional()
      .openapi({ description: 'The keys that this person, key or program created.' }),
    owner_id: hostId.optional().openapi({ description: 'The keys of this person.' }),
    issued_before: instant
      .optional()
      .openapi({ description: 'The keys that were created before this time: after a restored backup.' }),
    children_of: keyId
      .optional()
      .openapi({ description: 'The keys that this key created, in place of `created_by`. It is not one of them.' }),
    reason: reasonField('Why, for people. Keys that were revoked as `leaked` are answered as if they had never been.'),
    cascade: z.boolean().optional().openapi({
      description: 'Whether the keys that these keys created end as well, and theirs. The default is true.',
    }),
    limit: z
      .int()
      .min(1)
      .max(mostAtOnce)
      .optional()
      .openapi({
        description: `How many keys of the group this request looks at, at most. The default is ${mostAtOnce}. What the last of them created ends as well.`,
        example: mostAtOnce,
      }),
    cursor: cursor.openapi({ description: 'The `next_cursor` of the request before, which was the same but for it.' }),
    dry_run: z
      .boolean()
      .optional()
      .openapi({ description: 'Changes nothing: `data` has the keys that would end.', example: true }),
  })
  .refine(
    ({ created_by, owner_id, issued_before, children_of }) =>
      [created_by, owner_id, issued_before, children_of].some((field) => field !== undefined),
    'an object with created_by, owner_id, issued_before or children_of',
  )
  .openapi('RevokeAll', {
    description: 'The keys to revoke: those that meet all that is given, of which at least one must be there; and why.',
  })

export const RevokedAll = z
  .object({
    data: z.array(Key).openapi({ description: 'The keys that ended, or, with `dry_run`, would end.' }),
    refused: z
      .array(z.object({ id: keyId, code: z.string().openapi({ description: 'Stable: programs can rely on it.' }) }))
      .openapi({ description: 'The keys that the caller may not end.' }),
    dry_run: z.boolean().openapi({ description: 'Whether nothing was changed.' }),
    next_cursor: nextCursor,
  })
  .openapi('RevokedAll', { description: 'What became of the keys of a group.' })

export const TransferBody = z
  .strictObject({
    owner_id: hostId.optional().openapi({
      description: 'The person that the key acts as from now on. It does no more than they may.',
    }),
    created_by_id: hostId
      .optional()
      .openapi({ description: 'The person who answers for the key from now on, in place of whoever created it.' }),
  })
  .refine(
    ({ owner_id, created_by_id }) => owner_id !== undefined || created_by_id !== undefined,
    'an object with owner_id or created_by_id',
  )
  .openapi('TransferKey', { description: 'To whom a key of the organisation goes. At least one must be there.' })
