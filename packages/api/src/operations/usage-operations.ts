import { KeyNotFound } from '@keywright/core'
import { jsonContent, jsonResponse } from '../http/response.js'
import { KeysUsage, TopKeys } from '../schema/answers.js'
import { dateFromJson } from '../schema/from-json.js'
import { KeysUsageQuery, TopKeysQuery } from '../schema/requests.js'
import { pointToJson } from '../schema/to-json.js'
import { defineOperation, type Operation } from './operation.js'
import { shownKeys } from './shown-keys.js'

/** The operations that read the usage of several keys. */
export const usageOperations: readonly Operation[] = [
  defineOperation({
    id: 'getUsageOfKeys',
    method: 'get',
    path: '/usage/keys',
    summary: 'Count the calls and refusals of each of some keys, by hour or day',
    description:
      'For a page of the list. If the caller may not reach one of the keys, the answer is 404. The default is the last 24 hours; at most 92 days, and at most 20,000 hours or days of all keys together.',
    tag: 'usage',
    query: KeysUsageQuery,
    lists: ['key_ids'],
    refuses: [404],
    responses: { 200: jsonContent(KeysUsage, 'One entry for each key.') },
    handle: async ({ keyring, permit, organizationId, query, within, canReach }) => {
      permit.require('read')
      const { key_ids: keyIds, interval } = query
      const unreached = keyIds.find((id) => !canReach(id))
      if (unreached !== undefined) throw new KeyNotFound(unreached)
      const [from, to] = [dateFromJson(query.from), dateFromJson(query.to)]
      const series = await keyring.usageOfKeys({ organizationId, keyIds, within, interval, from, to })
      return jsonResponse({
        data: series.map(({ keyId, points }) => ({ key_id: keyId, data: points.map(pointToJson) })),
      })
    },
  }),

  defineOperation({
    id: 'listTopKeys',
    method: 'get',
    path: '/usage/top',
    summary: 'Name the keys with the most calls',
    description:
      'The keys are those that `GET /stats` counts for this caller. The default is the last 24 hours; at most 92 days.',
    tag: 'usage',
    query: TopKeysQuery,
    responses: { 200: jsonContent(TopKeys, 'The keys, the one with the most calls first.') },
    handle: async (context) => {
      const { keyring, organizationId, query } = context
      const { limit } = query
      const [from, to] = [dateFromJson(query.from), dateFromJson(query.to)]
      const top = await keyring.topKeys({ organizationId, ...shownKeys(context, query.owner), limit, from, to })
      return jsonResponse({ data: top.map(({ keyId, name, count }) => ({ key_id: keyId, name, count })) })
    },
  }),
]
