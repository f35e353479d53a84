import type { Owner } from '@keywright/core'
import { nextLink } from '../http/next-link.js'
import { ApiProblem, ifMatchRequired, keyNotFound } from '../http/problem.js'
import { baseHeaders, jsonContent, jsonResponse } from '../http/response.js'
import { etag, link, location } from '../http/shown-headers.js'
import { idsOfKeys } from '../request/load-names.js'
import { changeOptions, manageOptions } from '../request/request-context.js'
import { Key, KeyPage, KeyWithToken, Token } from '../schema/answers.js'
import { revokeFromJson, settingsFromJson } from '../schema/from-json.js'
import {
  CreateBody,
  DeleteQuery,
  DisableBody,
  EmptyBody,
  IdParam,
  KeyQuery,
  RevokeBody,
  RotateBody,
  UpdateBody,
} from '../schema/requests.js'
import { orderFromJson } from '../schema/selection-from-json.js'
import { keyToJson } from '../schema/to-json.js'
import { actorOf } from './actor-of.js'
import { issueToken } from './issue-token.js'
import { keyResponse } from './key-response.js'
import { defineOperation, type Operation } from './operation.js'
import { selectKeys } from './select-keys.js'

/** The operations that read, create and change keys. */
export const keyOperations: readonly Operation[] = [
  defineOperation({
    id: 'listKeys',
    method: 'get',
    path: '/',
    summary: 'List keys',
    description:
      'A key must meet all that is asked for. An API key that may not manage all keys lists those that it created.',
    tag: 'keys',
    query: KeyQuery,
    lists: ['status', 'tag'],
    responses: { 200: jsonContent(KeyPage, 'A page of keys.', { Link: link }) },
    handle: async (context) => {
      const { keyring, request, query, loadNames } = context
      const createdBy = actorOf('created_by', query.created_by_type, query.created_by_id)
      const { keys, nextCursor, total } = await keyring.list({
        ...selectKeys(
          context,
          { ...query, created_by: createdBy, breaks_policy: query.breaks_policy === 'true' },
          { parameter: 'owner_id' },
        ),
        ...orderFromJson(query.sort),
        total: query.total === 'true',
        limit: query.limit,
        cursor: query.cursor,
      })
      const names = await loadNames(idsOfKeys(keys))
      const data = keys.map((key) => keyToJson(key, names))
      const body = { data, next_cursor: nextCursor, ...(total === undefined ? {} : { total }) }
      return jsonResponse(body, 200, nextLink(request, nextCursor))
    },
  }),

  defineOperation({
    id: 'createKey',
    method: 'post',
    path: '/',
    summary: 'Create a key; only this response shows its token',
    description:
      'A caller gives a key no more than they have, and the policy of the product may ask for an end or for addresses. With `copy_from`, settings that are left out are those of another key.',
    tag: 'keys',
    body: CreateBody,
    idempotent: true,
    refuses: [404],
    responses: { 201: jsonContent(KeyWithToken, 'The new key, with its token.', { ETag: etag, Location: location }) },
    handle: async (context) => {
      const { keyring, permit, organizationId, owner: self, canReach, body } = context
      permit.require('create')
      if (body.for === 'organization') permit.require('manageAll')
      const owner: Owner = body.for === 'organization' ? { type: 'organization', id: organizationId } : self
      const { name, environment, copy_from: copyFrom } = body
      if (copyFrom !== undefined && !canReach(copyFrom)) throw keyNotFound()
      const input = { ...settingsFromJson(body), name, owner, environment }
      return issueToken(context, 201, (idempotencyKey) =>
        keyring.create(copyFrom === undefined ? input : { ...input, copyFrom }, {
          ...manageOptions(context),
          idempotencyKey,
        }),
      )
    },
  }),

  defineOperation({
    id: 'getKey',
    method: 'get',
    path: '/{id}',
    summary: 'Read one key',
    description: 'A key that the caller may not reach is answered as one that does not exist.',
    tag: 'keys',
    params: IdParam,
    responses: { 200: jsonContent(Key, 'The key.', { ETag: etag }) },
    handle: async (context) => {
      const { keyring, permit, within, params } = context
      permit.require('read')
      const key = await keyring.get(params.id, { within })
      if (key === null) throw keyNotFound()
      return keyResponse(context, key)
    },
  }),

  defineOperation({
    id: 'updateKey',
    method: 'patch',
    path: '/{id}',
    summary: 'Change the settings of a key; fields that are left out stay as they are',
    description: 'Send the `ETag` of the key as `If-Match`, so that no change of somebody else is undone.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    body: UpdateBody,
    refuses: [428],
    responses: { 200: jsonContent(Key, 'The key after the change.', { ETag: etag }) },
    handle: async (context) => {
      const { keyring, permit, params, body, request, requireIfMatch } = context
      permit.require('create')
      if (requireIfMatch && !request.headers.has('if-match')) throw ifMatchRequired()
      const changes = { ...settingsFromJson(body), name: body.name }
      return keyResponse(context, await keyring.update(params.id, changes, changeOptions(context)))
    },
  }),

  defineOperation({
    id: 'enableKey',
    method: 'post',
    path: '/{id}/enable',
    summary: 'Enable a disabled key; its token stays the same',
    description: 'A key that is locked is enabled by whoever disabled it, or by somebody who may manage all keys.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    body: EmptyBody,
    responses: { 200: jsonContent(Key, 'The key after the change.', { ETag: etag }) },
    handle: async (context) => {
      const { keyring, permit, params } = context
      permit.require('create')
      return keyResponse(context, await keyring.enable(params.id, changeOptions(context)))
    },
  }),

  defineOperation({
    id: 'disableKey',
    method: 'post',
    path: '/{id}/disable',
    summary: 'Disable a key: its requests are refused until it is enabled',
    description:
      'Whoever disables a key of somebody else locks it for its owner. A key that is disabled keeps its reason.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    body: DisableBody,
    responses: { 200: jsonContent(Key, 'The key after the change.', { ETag: etag }) },
    handle: async (context) => {
      const { keyring, permit, params, body } = context
      permit.require('revoke')
      return keyResponse(context, await keyring.disable(params.id, { reason: body.reason }, changeOptions(context)))
    },
  }),

  defineOperation({
    id: 'revokeKey',
    method: 'post',
    path: '/{id}/revoke',
    summary: 'Revoke a key, now or at a time; it can never be used again',
    description:
      'This cannot be undone. The key stays in lists. With `at`, the key expires then, unless it would end before; until then, a change of `expires_at` may still move its end, which nothing does for a key that is revoked.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    body: RevokeBody,
    responses: { 200: jsonContent(Key, 'The revoked key.', { ETag: etag }) },
    handle: async (context) => {
      const { keyring, permit, params, body } = context
      permit.require('revoke')
      return keyResponse(context, await keyring.revoke(params.id, revokeFromJson(body), changeOptions(context)))
    },
  }),

  defineOperation({
    id: 'rotateKey',
    method: 'post',
    path: '/{id}/rotate',
    summary: 'Give a key a new token; only this response shows it',
    description:
      'The key keeps its id, its settings and its history. With `grace_ms`, the previous token works for a while.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    body: RotateBody,
    idempotent: true,
    responses: { 200: jsonContent(KeyWithToken, 'The key, with its new token.', { ETag: etag }) },
    handle: async (context) => {
      const { keyring, permit, caller, params, body } = context
      permit.require('create')
      if (caller.actor.type === 'key' && params.id !== caller.actor.id) {
        throw new ApiProblem(403, 'not_permitted', 'An API key may rotate only itself.')
      }
      return issueToken(context, 200, (idempotencyKey) =>
        keyring.rotate(params.id, { graceMs: body.grace_ms }, { ...changeOptions(context), idempotencyKey }),
      )
    },
  }),

  defineOperation({
    id: 'revealKey',
    method: 'post',
    path: '/{id}/reveal',
    summary: 'Show the token of a key again; every time is recorded',
    description: 'Needs a fresh login, and a product that keeps tokens. At most five an hour for each person.',
    tag: 'keys',
    params: IdParam,
    body: EmptyBody,
    refuses: [410, 429],
    responses: { 200: jsonContent(Token, 'The token.') },
    handle: async ({ showToken, params: { id } }) => {
      const token = await showToken(id)
      return jsonResponse({ id, token: token.reveal() })
    },
  }),

  defineOperation({
    id: 'deleteKey',
    method: 'delete',
    path: '/{id}',
    summary: 'Revoke a key; with `permanent=true`, also delete it',
    description: 'A deleted key is in no list any more. Its records stay in the log.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    query: DeleteQuery,
    responses: { 204: { description: 'The key was revoked or deleted.' } },
    handle: async (context) => {
      const { keyring, permit, params, query } = context
      permit.require('revoke')
      const options = changeOptions(context)
      if (query.permanent === 'true') await keyring.delete(params.id, options)
      else await keyring.revoke(params.id, {}, options)
      return new Response(null, { status: 204, headers: baseHeaders })
    },
  }),
]
