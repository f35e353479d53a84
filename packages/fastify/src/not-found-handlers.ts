import type { OpenRoute } from '@keywright/core/adapter'
import type { FastifyInstance } from 'fastify'

/**
 * The handlers that an app, and the contexts in it, have of their own for what no route matches: no guard stands before them.
 * Fastify tells of them by symbols that are not in its types; where they are not there, that is said.
 */
export function notFoundHandlers(root: FastifyInstance): OpenRoute[] {
  const mayBeSet = ownBySymbol(root, 'fastify.canSetNotFoundHandler')
  const children = ownBySymbol(root, 'fastify.children')
  const route = `404 ${root.prefix ?? ''}/*`
  if (!Array.isArray(children) || typeof mayBeSet !== 'boolean')
    return [{ route, unclear: 'this version of Fastify does not say who answers a 404' }]
  const within = children.flatMap((child: FastifyInstance) => notFoundHandlers(child))
  return mayBeSet ? within : [{ route, unclear: null }, ...within]
}

function ownBySymbol(context: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(context).find((one) => one.description === description)
  return symbol === undefined ? undefined : Reflect.get(context, symbol)
}
