import { z } from '@hono/zod-openapi'
import { inputLimits } from '@keywright/core/adapter'
import { Actor, hostId, keyId, keyStatus, tag } from './fields.js'
import { breaksPolicy, cursor, DisableBody, keyFilter, ofTags, RevokeBody } from './requests.js'

/** How many keys one request changes. */
export const mostInBulk = 100

const KeyFilter = z
  .strictObject({
    ...keyFilter,
    tag: z
      .array(tag)
      .min(1)
      .max(inputLimits.tags.most)
      .optional()
      .openapi({ description: ofTags, example: ['production'] }),
    status: z
      .array(keyStatus)
      .min(1)
      .max(4)
      .optional()
      .openapi({ description: 'Only keys with one of these statuses.' }),
    breaks_policy: z.boolean().optional().openapi({ description: breaksPolicy, example: true }),
    owner_id: hostId.optional().openapi({
      description:
        'Only the keys of this person, in place of `owner`. For another person, the caller must manage all keys.',
    }),
    created_by: z
      .strictObject({ type: Actor.shape.type, id: hostId })
      .optional()
      .openapi({ description: 'Only the keys that this person, key or program created.' }),
  })
  .partial()
  .refine((filter) => Object.keys(filter).length > 0, 'a filter with at least one field')
  .openapi('KeyFilter', {
    description: 'Selects keys as the list does. At least one field must be there.',
    minProperties: 1,
  })

const selection = {
  ids: z
    .array(keyId)
    .min(1)
    .max(mostInBulk)
    .optional()
    .openapi({
      description: 'The ids of the keys, in place of `filter`. One that is there twice counts once.',
      example: ['aB3dE5gH7jK9'],
    }),
  filter: KeyFilter.optional(),
  limit: z
    .int()
    .min(1)
    .max(mostInBulk)
    .optional()
    .openapi({
      description: `With \`filter\`: how many keys this request changes at most. The default is ${mostInBulk}.`,
      example: mostInBulk,
    }),
  cursor: cursor.openapi({
    description: 'With `filter`: the `next_cursor` of the request before, which was the same but for it.',
  }),
  dry_run: z.boolean().optional().openapi({
    description: 'Makes all checks, and changes nothing: the results are what they would be.',
    example: true,
  }),
}

/** A request says one of the two. */
const isEither = ({ ids, filter }: { readonly ids?: unknown; readonly filter?: unknown }): boolean =>
  (ids === undefined) !== (filter === undefined)
const either = 'an object with either ids or filter'

export const BulkEnableBody = z
  .strictObject(selection)
  .refine(isEither, either)
  .openapi('BulkEnable', { description: 'The keys to enable: either `ids` or `filter`.' })

export const BulkDisableBody = z
  .strictObject({ ...selection, ...DisableBody.shape })
  .refine(isEither, either)
  .openapi('BulkDisable', { description: 'The keys to disable, either `ids` or `filter`, and why.' })

export const BulkRevokeBody = z
  .strictObject({ ...selection, ...RevokeBody.shape })
  .refine(isEither, either)
  .openapi('BulkRevoke', { description: 'The keys to revoke, either `ids` or `filter`, why, and when.' })
