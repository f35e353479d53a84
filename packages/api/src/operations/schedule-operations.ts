import type { Rotation } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { ApiProblem, keyNotFound } from '../http/problem.js'
import { baseHeaders, jsonContent, jsonResponse } from '../http/response.js'
import { changeOptions, type RequestContext } from '../request/request-context.js'
import { IdParam } from '../schema/requests.js'
import { ScheduleOfKey, SetScheduleBody } from '../schema/rotations.js'
import { namedInBody } from './named-in-body.js'
import { defineOperation, type Operation } from './operation.js'

/** The operations for rotations by schedule. Where the product has none, each of them is 404. */
export const scheduleOperations: readonly Operation[] = [
  defineOperation({
    id: 'getRotationSchedule',
    method: 'get',
    path: '/{id}/rotation-schedule',
    summary: 'Read how often a key gets a new token, and how far that is',
    description: 'The product makes the new token and delivers it to where the client finds it. No answer shows it.',
    tag: 'keys',
    params: IdParam,
    responses: { 200: jsonContent(ScheduleOfKey, 'The schedule of the key.') },
    handle: async (context) => {
      const { keyring, permit, within, params } = context
      permit.require('read')
      requireSchedules(context)
      if ((await keyring.get(params.id, { within })) === null) throw keyNotFound()
      return scheduleResponse(await keyring.rotationOf(params.id, { within }))
    },
  }),

  defineOperation({
    id: 'setRotationSchedule',
    method: 'put',
    path: '/{id}/rotation-schedule',
    summary: 'Let a key get a new token every so often; the product delivers it',
    description:
      'The first one comes after `every_ms`. The token before it works until the new one is delivered, and for `grace_ms` after that. While a new token waits to be delivered, the change takes effect with the one after it.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    body: SetScheduleBody,
    responses: { 200: jsonContent(ScheduleOfKey, 'The schedule of the key.') },
    handle: async (context) => {
      const { keyring, params, body } = context
      requireScheduling(context)
      const schedule = { everyMs: body.every_ms, graceMs: body.grace_ms }
      return scheduleResponse(await keyring.scheduleRotation(params.id, schedule, changeOptions(context)).catch(inBody))
    },
  }),

  defineOperation({
    id: 'endRotationSchedule',
    method: 'delete',
    path: '/{id}/rotation-schedule',
    summary: 'End the schedule of a key; its token stays as it is',
    description:
      'A key without a schedule is answered in the same way. While a new token waits to be delivered, this is refused: nobody else would deliver it.',
    tag: 'keys',
    params: IdParam,
    conditional: true,
    responses: { 204: { description: 'The key has no schedule.' } },
    handle: async (context) => {
      requireScheduling(context)
      await context.keyring.scheduleRotation(context.params.id, null, changeOptions(context))
      return new Response(null, { status: 204, headers: baseHeaders })
    },
  }),
]

/** Refuses whoever may not rotate the key: a schedule does it for them. */
function requireScheduling(context: RequestContext<{ readonly id: string }>): void {
  const { permit, caller, params } = context
  permit.require('create')
  requireSchedules(context)
  if (caller.actor.type === 'key' && params.id !== caller.actor.id) {
    throw new ApiProblem(403, 'not_permitted', 'An API key may rotate only itself.')
  }
}

/** Behind the permission: who may not know of the key is not told what the product has. */
function requireSchedules({ keyring }: Pick<RequestContext, 'keyring'>): void {
  if (!adapterOf(keyring).schedulesRotations) {
    throw new ApiProblem(404, 'not_found', 'The product rotates no keys by schedule.')
  }
}

function scheduleResponse(rotation: Rotation | null): Response {
  return jsonResponse({ schedule: rotation === null ? null : rotationToJson(rotation) })
}

function rotationToJson({ everyMs, graceMs, nextAt, lastDeliveredAt, pendingSince, failures }: Rotation) {
  return {
    every_ms: everyMs,
    grace_ms: graceMs,
    next_at: nextAt.toISOString(),
    last_delivered_at: lastDeliveredAt?.toISOString() ?? null,
    pending_since: pendingSince?.toISOString() ?? null,
    failures,
  }
}

/** The fields of a schedule, by the names of the keyring. */
const inBody = namedInBody({ 'schedule.everyMs': '/every_ms', 'schedule.graceMs': '/grace_ms' })
