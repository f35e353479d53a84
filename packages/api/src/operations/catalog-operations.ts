import { adapterOf } from '@keywright/core/adapter'
import { askHost } from '../host/ask-host.js'
import type { ManagementApiOptions } from '../host/options.js'
import { parseChoices } from '../host/parse-answers.js'
import { ApiProblem } from '../http/problem.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import type { Permission } from '../request/permit.js'
import { Catalog, Choices, ChoicesQuery, TypeParam } from '../schema/schemas.js'
import { snakeCase } from '../schema/snake-case.js'
import { rateLimitsToJson } from '../schema/to-json.js'
import { defineOperation, type Operation } from './operation.js'

const permissions = [
  'read',
  'create',
  'revoke',
  'manageAll',
  'reveal',
  'auditRead',
  'auditExport',
] satisfies Permission[]

/** The operations that list what a key can be given. */
export function catalogOperations(
  resources: NonNullable<ManagementApiOptions['resources']>,
  hostTimeoutMs: number,
): readonly Operation[] {
  const pickers = new Map(Object.entries(resources))
  return [
    defineOperation({
      id: 'getCatalog',
      method: 'get',
      path: '/catalog',
      summary: 'Scopes, presets, roles, resource types, environments, and the plan with its usage',
      responses: { 200: jsonContent(Catalog, 'The catalog.') },
      handle: async ({ keyring, permit, organizationId }) => {
        const { access } = keyring
        const capabilities = await adapterOf(keyring).capabilities({ organizationId })
        return jsonResponse({
          scopes: [...access.scopes].map(([name, { description, sensitive }]) => ({ name, description, sensitive })),
          presets: [...access.presets].map(([name, scopes]) => ({ name, scopes })),
          roles: [...access.roles.keys()],
          resources: [...access.resources].map(([type, { levels }]) => ({ type, levels })),
          environments: capabilities.environments,
          environment: capabilities.environment,
          revealable: capabilities.revealable,
          plan: { max_keys: capabilities.plan.maxKeys, used: capabilities.plan.used },
          rate_limits: rateLimitsToJson(capabilities.rateLimits),
          permissions: Object.fromEntries(permissions.map((name) => [snakeCase(name), permit.has(name)])),
        })
      },
    }),

    defineOperation({
      id: 'listResources',
      method: 'get',
      path: '/resources/{type}',
      summary: 'List the resources of a type that a key can be given',
      params: TypeParam,
      query: ChoicesQuery,
      responses: { 200: jsonContent(Choices, 'The choices.') },
      handle: async ({ permit, caller, organizationId, params, query }) => {
        permit.require('create')
        const listChoices = pickers.get(params.type)
        if (listChoices === undefined) {
          throw new ApiProblem(404, 'not_found', 'The product has no list of resources of this type.')
        }
        const ask = () => listChoices(caller, organizationId, query.search ?? '')
        return jsonResponse({ data: await askHost(`resources.${params.type}`, ask, parseChoices, hostTimeoutMs) })
      },
    }),
  ]
}
