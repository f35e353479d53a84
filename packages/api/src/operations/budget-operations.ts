import { isKeyError, type Owner, type RequestRepeated } from '@keywright/core'
import { invalidInput, wrongField } from '../http/field-error.js'
import { parseIdempotencyKey } from '../http/parse-idempotency-key.js'
import { ApiProblem } from '../http/problem.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import { manageOptions, type RequestContext } from '../request/request-context.js'
import { BudgetState, BudgetStates } from '../schema/answers.js'
import { BudgetQuery, GrantBody, IdParam } from '../schema/requests.js'
import { budgetStateToJson } from '../schema/to-json.js'
import { defineOperation, type Operation } from './operation.js'

/**
 * The operations for budgets. Credits are granted to keys alone: the budgets of owners and organisations are what the product sells, and
 * those who manage keys there are its customers.
 */
export const budgetOperations: readonly Operation[] = [
  defineOperation({
    id: 'getBudgets',
    method: 'get',
    path: '/budgets',
    summary: 'Read what is left of the budget of a person or the organisation',
    description: 'It is empty where the product sets no such budget.',
    tag: 'usage',
    query: BudgetQuery,
    responses: { 200: jsonContent(BudgetStates, 'What is left.') },
    handle: async (context) => {
      const { keyring, organizationId, query } = context
      const states =
        query.owner === 'organization' && query.owner_id === undefined
          ? await keyring.budgets.get({ organizationId: allowed(context, organizationId) })
          : await keyring.budgets.get({ owner: ownerAsked(context) })
      return jsonResponse({ data: states.map(budgetStateToJson) })
    },
  }),

  defineOperation({
    id: 'getKeyBudget',
    method: 'get',
    path: '/{id}/budget',
    summary: 'Read what is left of the budgets that a key is under',
    description: 'Its own, the one of its owner, and the one of the organisation: those that there are.',
    tag: 'usage',
    params: IdParam,
    responses: { 200: jsonContent(BudgetStates, 'What is left.') },
    handle: async ({ keyring, permit, within, params }) => {
      permit.require('read')
      const states = await keyring.budgets.get({ keyId: params.id }, { within })
      return jsonResponse({ data: states.map(budgetStateToJson) })
    },
  }),

  defineOperation({
    id: 'grantCredits',
    method: 'post',
    path: '/{id}/budget/grant',
    summary: 'Add credits to the budget of a key, with a record in the log',
    description:
      'They are spent after the limit, and stay until they are spent. Needs the permission to manage all keys. A request that is sent again with its `Idempotency-Key` grants nothing more, and is answered with what is left.',
    tag: 'keys',
    params: IdParam,
    body: GrantBody,
    idempotent: true,
    responses: { 200: jsonContent(BudgetState, 'What is left of the budget now.') },
    handle: async (context) => {
      const { keyring, permit, request, within, params, body } = context
      permit.require('create')
      permit.require('manageAll')
      const query = { keyId: params.id }
      const idempotencyKey = parseIdempotencyKey(request)
      const options = { ...manageOptions(context), idempotencyKey }
      const granting = keyring.budgets.grant(query, body.credits, options).catch(async (error: unknown) => {
        if (!isKeyError(error) || error.code !== 'request_repeated') throw inRequest(error)
        if (!(error as RequestRepeated).isSame) throw reused() // the only error with this code
        const states = await keyring.budgets.get(query, { within })
        const own = states.find(({ holder }) => holder === 'key')
        if (own === undefined) throw noBudget()
        return own
      })
      return jsonResponse(budgetStateToJson(await granting))
    },
  }),
]

/** Whoever sees all keys of an organisation sees what they may cost together. */
function allowed({ permit }: RequestContext, organizationId: string): string {
  permit.require('read')
  permit.require('manageAll')
  return organizationId
}

function ownerAsked({ permit, caller, owner: self, organizationId, query }: RequestContext): Owner {
  permit.require('read')
  const { owner, owner_id: id } = query as { readonly owner?: string; readonly owner_id?: string } // as its schema has parsed it
  if (owner !== undefined && id !== undefined) {
    throw invalidInput([wrongField({ parameter: 'owner_id' }, 'left out where `owner` is there')])
  }
  if (id === undefined) return self
  if (caller.actor.type !== 'user' || caller.actor.id !== id) permit.require('manageAll')
  return { type: 'user', id, organizationId }
}

/** Of a grant, the keyring says that a key without a budget is a wrong query: here it is the path. */
function inRequest(error: unknown): unknown {
  return isKeyError(error) && 'field' in error && error.field === 'query' ? noBudget() : error
}

function noBudget(): ApiProblem {
  return new ApiProblem(409, 'invalid_state', 'The key has no budget of its own. Give it one first, with `PATCH`.')
}

function reused(): ApiProblem {
  return new ApiProblem(
    422,
    'idempotency_key_reused',
    'This Idempotency-Key was used for a different request. Use a new one for each request.',
  )
}
