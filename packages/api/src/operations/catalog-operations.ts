import { adapterOf } from '@keywright/core/adapter'
import { askHost } from '../host/ask-host.js'
import type { ManagementApiOptions } from '../host/options.js'
import { parseChoices } from '../host/parse-answers.js'
import { ApiProblem } from '../http/problem.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import type { Permission } from '../request/permit.js'
import { Catalog, Choices, People } from '../schema/answers.js'
import { catalogToJson } from '../schema/catalog-to-json.js'
import { ChoicesQuery, TypeParam } from '../schema/requests.js'
import { snakeCase } from '../schema/snake-case.js'
import { defineOperation, type Operation } from './operation.js'

const permissions = [
  'read',
  'create',
  'revoke',
  'manageAll',
  'reveal',
  'auditRead',
  'auditExport',
  'webhooksRead',
  'webhooksManage',
] satisfies Permission[]

/** How many people are listed: a search finds the others. */
const mostPeople = 100

/** The operations that list what a key can be given, and to whom. */
export function catalogOperations(
  { resources, people }: Pick<ManagementApiOptions, 'people'> & Required<Pick<ManagementApiOptions, 'resources'>>,
  hostTimeoutMs: number,
): readonly Operation[] {
  const pickers = new Map(Object.entries(resources ?? {}))
  return [
    defineOperation({
      id: 'getCatalog',
      method: 'get',
      path: '/catalog',
      summary: 'What keys can be given, and what of it by this caller',
      description:
        'For a page on which keys are created: what a creation accepts, what this caller may give, and the bounds of each field.',
      tag: 'catalog',
      responses: { 200: jsonContent(Catalog, 'The catalog.') },
      handle: async ({ keyring, permit, caller, owner, organizationId }) => {
        const door = adapterOf(keyring)
        const [capabilities, grantable] = await Promise.all([
          door.capabilities({ organizationId }),
          permit.has('create') ? door.grantable(caller.actor, { owner }) : null,
        ])
        return jsonResponse({
          ...catalogToJson(keyring.access, capabilities, grantable),
          rotation_schedules: door.schedulesRotations,
          permissions: Object.fromEntries(permissions.map((name) => [snakeCase(name), permit.has(name)])),
        })
      },
    }),

    defineOperation({
      id: 'listResources',
      method: 'get',
      path: '/resources/{type}',
      summary: 'List the resources of a type that a key can be given',
      description: 'The product decides which resources the caller can choose from.',
      tag: 'catalog',
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
        return jsonResponse({
          data: await askHost(`resources.${params.type}`, ask, (answer) => parseChoices(answer), hostTimeoutMs),
        })
      },
    }),

    defineOperation({
      id: 'listPeople',
      method: 'get',
      path: '/people',
      summary: 'List people whose keys there may be',
      description: `For a page of those who manage all keys. The product decides whom it lists; the first ${mostPeople} are shown.`,
      tag: 'catalog',
      query: ChoicesQuery,
      refuses: [404],
      responses: { 200: jsonContent(People, 'The people.') },
      handle: async ({ permit, caller, organizationId, query }) => {
        permit.require('manageAll')
        if (people === undefined) throw new ApiProblem(404, 'not_found', 'The product has no list of people.')
        const ask = () => people(caller, organizationId, query.search ?? '')
        const found = await askHost('people', ask, (answer) => parseChoices(answer, 'people'), hostTimeoutMs)
        return jsonResponse({ data: found.slice(0, mostPeople) })
      },
    }),
  ]
}
