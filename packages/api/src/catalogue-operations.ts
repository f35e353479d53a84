import { askHost, readChoices } from './host.js'
import { answers, json, type Operation, operation } from './operation.js'
import type { ManagementApiOptions } from './options.js'
import type { Permission } from './permit.js'
import { ApiProblem } from './problem.js'
import { Catalogue, Choices, ChoicesQuery, TypeParam } from './schemas.js'
import { rateLimitsToJson } from './to-json.js'

const permissions = [
  'read',
  'create',
  'revoke',
  'manageAll',
  'reveal',
  'auditRead',
  'auditExport',
] satisfies Permission[]

/** What there is to choose from. */
export function catalogueOperations(
  resources: NonNullable<ManagementApiOptions['resources']>,
  hostTimeoutMs: number,
): readonly Operation[] {
  const choosers = new Map(Object.entries(resources))
  return [
    operation({
      id: 'getCatalogue',
      method: 'get',
      path: '/catalogue',
      summary: 'Scopes, presets, roles, resource types, environments, and the plan with its use',
      responses: { 200: answers(Catalogue, 'The catalogue.') },
      handle: async ({ keyring, permit, organizationId }) => {
        const { access } = keyring
        const offer = await keyring.offer({ organizationId })
        return json({
          scopes: [...access.scopes].map(([name, { description, sensitive }]) => ({ name, description, sensitive })),
          presets: [...access.presets].map(([name, scopes]) => ({ name, scopes })),
          roles: [...access.roles.keys()],
          resources: [...access.resources].map(([type, { levels }]) => ({ type, levels })),
          environments: offer.environments,
          environment: offer.environment,
          revealable: offer.revealable,
          plan: { max_keys: offer.plan.maxKeys, used: offer.plan.used },
          rate_limits: rateLimitsToJson(offer.rateLimits),
          permissions: Object.fromEntries(permissions.map((permission) => [permission, permit.has(permission)])),
        })
      },
    }),

    operation({
      id: 'listResources',
      method: 'get',
      path: '/resources/{type}',
      summary: 'Resources of a type that the caller may choose from',
      params: TypeParam,
      query: ChoicesQuery,
      responses: { 200: answers(Choices, 'The choices.') },
      handle: async ({ permit, caller, organizationId, params, query }) => {
        permit.require('create')
        const choose = choosers.get(params.type)
        if (choose === undefined) throw new ApiProblem(404, 'not_found', 'No such resource type.')
        const ask = () => choose(caller, organizationId, query.search ?? '')
        return json({ data: await askHost(ask, readChoices, hostTimeoutMs) })
      },
    }),
  ]
}
