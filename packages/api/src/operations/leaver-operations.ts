import { jsonContent, jsonResponse } from '../http/response.js'
import { etag } from '../http/shown-headers.js'
import { idsOfKeys } from '../request/load-names.js'
import { changeOptions, manageOptions } from '../request/request-context.js'
import { Key } from '../schema/answers.js'
import { RevokeAllBody, RevokedAll, TransferBody } from '../schema/leavers.js'
import { IdParam } from '../schema/requests.js'
import { keyToJson } from '../schema/to-json.js'
import { keyResponse } from './key-response.js'
import { namedInBody } from './named-in-body.js'
import { defineOperation, type Operation } from './operation.js'

/** The operations for keys of somebody who leaves. Both need the permission to manage all keys. */
export const leaverOperations: readonly Operation[] = [
  defineOperation({
    id: 'revokeAllKeys',
    method: 'post',
    path: '/bulk/revoke-all',
    summary: 'Revoke all keys of somebody, or from before a time, with those they created',
    description:
      'For a person who leaves, a key that leaked, or a restored backup. Each key is revoked by itself, with its own record. A request that was cut off is sent again: what is revoked is not met again. With `next_cursor`, the next request goes on.',
    tag: 'keys',
    body: RevokeAllBody,
    responses: { 200: jsonContent(RevokedAll, 'The keys that ended.') },
    handle: async (context) => {
      const { keyring, permit, organizationId, body, loadNames } = context
      permit.require('revoke')
      permit.require('manageAll')
      const { created_by, owner_id, issued_before, children_of, reason, cascade, cursor, dry_run: dryRun } = body
      const group = {
        organizationId,
        ...(created_by === undefined ? {} : { createdBy: created_by }),
        ...(owner_id === undefined ? {} : { owner: { type: 'user' as const, id: owner_id, organizationId } }),
        ...(issued_before === undefined ? {} : { issuedBefore: new Date(issued_before) }),
        ...(children_of === undefined ? {} : { childrenOf: children_of }),
      }
      const input = {
        reason,
        limit: body.limit ?? 100,
        ...(cascade === undefined ? {} : { cascade }),
        ...(cursor === undefined ? {} : { cursor }),
      }
      const done = await keyring.revokeAll(group, input, { ...manageOptions(context), dryRun: dryRun ?? false })
      const names = await loadNames(idsOfKeys(done.revoked))
      return jsonResponse({
        data: done.revoked.map((key) => keyToJson(key, names)),
        refused: done.refused,
        dry_run: dryRun ?? false,
        next_cursor: done.nextCursor,
      })
    },
  }),

  defineOperation({
    id: 'transferKey',
    method: 'post',
    path: '/{id}/transfer',
    summary: 'Give a key of the organisation to another owner, or to who answers for it',
    description:
      'Its token stays. A caller transfers a key whose rights they have. The own key of a person cannot be transferred: revoke it.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    body: TransferBody,
    responses: { 200: jsonContent(Key, 'The key after the change.', { ETag: etag }) },
    handle: async (context) => {
      const { keyring, permit, organizationId, params, body } = context
      permit.require('create')
      permit.require('manageAll')
      const { owner_id, created_by_id } = body
      const input = {
        ...(owner_id === undefined ? {} : { owner: { type: 'user' as const, id: owner_id, organizationId } }),
        ...(created_by_id === undefined ? {} : { createdBy: { type: 'user' as const, id: created_by_id } }),
      }
      const transferring = keyring.transfer(params.id, input, changeOptions(context)).catch(inBody)
      return keyResponse(context, await transferring)
    },
  }),
]

/** The fields of a transfer, by the names of the keyring. */
const inBody = namedInBody({ owner: '/owner_id', createdBy: '/created_by_id' })
