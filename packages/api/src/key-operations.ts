import type { z } from '@hono/zod-openapi'
import type { Owner, SettingsInput, UpdateInput } from '@keywright/core'
import { issueToken } from './issue-token.js'
import { nextLink } from './next-link.js'
import { type Asked, answers, everyAnswer, json, type Operation, operation } from './operation.js'
import type { Permission } from './permit.js'
import { ApiProblem } from './problem.js'
import {
  CreateBody,
  DeleteQuery,
  IdParam,
  Key,
  KeyPage,
  KeyWithToken,
  ListQuery,
  Nothing,
  RevokeBody,
  RotateBody,
  UpdateBody,
} from './schemas.js'
import { keyToJson } from './to-json.js'

/** Reading, creating and changing keys. */
export const keyOperations: readonly Operation[] = [
  operation({
    id: 'listKeys',
    method: 'get',
    path: '/',
    summary: 'List keys',
    query: ListQuery,
    responses: { 200: answers(KeyPage, 'A page of keys.') },
    handle: async ({ keyring, request, permit, query, organizationId, caller, owner: self }) => {
      permit.require('read')
      const whose = query.owner ?? (permit.has('manageAll') ? 'all' : 'me')
      // A key's owner may have others: they are siblings to it, not its own.
      if (whose !== 'me' || caller.actor.type === 'key') permit.require('manageAll')
      const owner: Owner = whose === 'me' ? self : { type: 'organization', id: organizationId }
      const { keys, nextCursor } = await keyring.list({
        organizationId,
        ...(whose === 'all' ? {} : { owner }),
        status: query.status,
        first: query.sort === 'created_at' ? 'oldest' : 'newest',
        limit: query.limit,
        cursor: query.cursor,
      })
      const body = { data: keys.map(keyToJson), next_cursor: nextCursor }
      return json(body, 200, nextLink(request, nextCursor))
    },
  }),

  operation({
    id: 'createKey',
    method: 'post',
    path: '/',
    summary: 'Create a key; the answer is the only sight of its token',
    body: CreateBody,
    once: true,
    responses: { 201: answers(KeyWithToken, 'The new key, with its token.') },
    handle: async (asked) => {
      const { keyring, permit, organizationId, owner: self, reaches, body } = asked
      permit.require('create')
      if (body.for === 'organization') permit.require('manageAll')
      const owner: Owner = body.for === 'organization' ? { type: 'organization', id: organizationId } : self
      const { name, environment, like } = body
      if (like !== undefined && !reaches(like)) throw new ApiProblem(404, 'key_not_found', 'No such key.')
      const input = { ...settingsOf(body), name, owner, environment }
      return issueToken(asked, 201, (idempotencyKey) =>
        keyring.create(like === undefined ? input : { ...input, like }, { ...managed(asked), idempotencyKey }),
      )
    },
  }),

  operation({
    id: 'getKey',
    method: 'get',
    path: '/{id}',
    summary: 'Read one key',
    params: IdParam,
    responses: { 200: answers(Key, 'The key.') },
    handle: async ({ keyring, permit, within, params }) => {
      permit.require('read')
      const key = await keyring.get(params.id, { within })
      if (key === null) throw new ApiProblem(404, 'key_not_found', 'No such key.')
      return json(keyToJson(key))
    },
  }),

  operation({
    id: 'updateKey',
    method: 'patch',
    path: '/{id}',
    summary: 'Change what a key is called and may do; what is left out stays',
    params: IdParam,
    body: UpdateBody,
    responses: { 200: answers(Key, 'The key as it is now.') },
    handle: async ({ keyring, permit, caller, context, within, params, body }) => {
      permit.require('create')
      const changes: UpdateInput = { ...settingsOf(body), name: body.name }
      return json(keyToJson(await keyring.update(params.id, changes, { actor: caller.actor, context, within })))
    },
  }),

  change('enable', 'create', 'Let a disabled key work again, with the same token', ({ keyring, params, ...asked }) =>
    keyring.enable(params.id, managed(asked)),
  ),

  change('disable', 'revoke', 'Refuse a key’s requests until it is enabled', ({ keyring, params, ...asked }) =>
    keyring.disable(params.id, managed(asked)),
  ),

  operation({
    id: 'revokeKey',
    method: 'post',
    path: '/{id}/revoke',
    summary: 'End a key for good',
    params: IdParam,
    body: RevokeBody,
    responses: { 200: answers(Key, 'The revoked key.') },
    handle: async ({ keyring, permit, params, body, ...asked }) => {
      permit.require('revoke')
      const options = { ...managed(asked), reason: body.reason }
      return json(keyToJson(await keyring.revoke(params.id, options)))
    },
  }),

  operation({
    id: 'rotateKey',
    method: 'post',
    path: '/{id}/rotate',
    summary: 'Give a key a new token; the answer is the only sight of it',
    params: IdParam,
    body: RotateBody,
    once: true,
    responses: { 200: answers(KeyWithToken, 'The key, with its new token.') },
    handle: async (asked) => {
      const { keyring, permit, caller, params, body } = asked
      permit.require('create')
      if (caller.actor.type === 'key' && params.id !== caller.actor.id) {
        throw new ApiProblem(403, 'not_permitted', 'A key rotates itself alone.')
      }
      return issueToken(asked, 200, (idempotencyKey) =>
        keyring.rotate(params.id, { ...managed(asked), graceMs: body.grace_ms, idempotencyKey }),
      )
    },
  }),

  operation({
    id: 'deleteKey',
    method: 'delete',
    path: '/{id}',
    summary: 'Revoke a key; with `permanent=true`, remove it as well',
    params: IdParam,
    query: DeleteQuery,
    body: Nothing,
    responses: { 204: { description: 'Done.' } },
    handle: async ({ keyring, permit, params, query, ...asked }) => {
      permit.require('revoke')
      const options = managed(asked)
      if (query.permanent === 'true') await keyring.delete(params.id, options)
      else await keyring.revoke(params.id, options)
      return new Response(null, { status: 204, headers: everyAnswer })
    },
  }),
]

function change(
  verb: 'enable' | 'disable',
  permission: Permission,
  summary: string,
  run: (asked: Asked<z.output<typeof IdParam>>) => Promise<Parameters<typeof keyToJson>[0]>,
): Operation {
  return operation({
    id: `${verb}Key`,
    method: 'post',
    path: `/{id}/${verb}`,
    summary,
    params: IdParam,
    body: Nothing,
    responses: { 200: answers(Key, 'The key as it is now.') },
    handle: async (asked) => {
      asked.permit.require(permission)
      return json(keyToJson(await run(asked)))
    },
  })
}

function managed({ caller, context, within }: Pick<Asked, 'caller' | 'context' | 'within'>) {
  return { actor: caller.actor, context, within }
}

/** The settings of a body, in the keyring's words. Names are checked by the keyring: to the API they are text. */
function settingsOf(body: z.output<typeof UpdateBody>): SettingsInput & Omit<UpdateInput, 'name'> {
  const { description, scopes, preset, roles, expires_at, ip_allow_list, rate_limits } = body
  return {
    description,
    scopes: scopes as UpdateInput['scopes'],
    preset,
    roles,
    resources: body.resources as UpdateInput['resources'],
    expiresAt: expires_at === undefined || expires_at === null ? expires_at : new Date(expires_at),
    ipAllowList: ip_allow_list,
    rateLimits:
      rate_limits?.map(({ limit, window_ms }) => ({ limit, windowMs: window_ms })) ?? (rate_limits as null | undefined),
    metadata: body.metadata as UpdateInput['metadata'],
  }
}
