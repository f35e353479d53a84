import type { GateRoute } from './harness.js'

/** The routes for the tests, without their handlers. */
export const routes: readonly Omit<GateRoute, 'answer'>[] = [
  { path: '/public', guard: null },
  { path: '/', guard: {} },
  { path: '/v1/x', guard: {} },
  { path: '/api/secret', guard: {} },
  { path: '/cached', guard: {} },
  { path: '/members', guard: { scopes: ['members.read'] } },
  { path: '/invite', guard: { scopes: ['members.invite'] } },
  { path: '/both', guard: { scopes: ['members.read', 'members.invite'] } },
  { path: '/either', guard: { anyOf: ['members.invite', 'members.read'] } },
  { path: '/neither', guard: { anyOf: ['members.invite', 'members.remove'] } },
  { path: '/mixed', guard: { scopes: ['members.read'], anyOf: ['members.invite', 'members.remove'] } },
  { path: '/optional', guard: { optional: true } },
  { path: '/optional-invite', guard: { optional: true, scopes: ['members.invite'] } },
  { path: '/boards/:board', guard: { scopes: ['tasks.read'] }, resource: boardIn },
  { path: '/boards/:board/move', guard: { scopes: ['tasks.move'] }, resource: boardIn },
  { path: '/boards/:board/either', guard: { anyOf: ['members.invite', 'tasks.read'] }, resource: boardIn },
  { path: '/throws', guard: { scopes: ['tasks.read'] }, resource: throws },
]

function boardIn(param: (name: string) => string): { type: 'board'; id: string } {
  return { type: 'board', id: param('board') }
}

function throws(): never {
  throw new Error('The resource is unknown.')
}
