// Promise: what a route requires is a scope of the model, spelt right, without wildcards (SCOPE-8).
import { createGate } from '@keywright/core'
import { keyring, principal } from './product.js'

void keyring.verify('token', { scopes: ['members.read', 'tasks.read'] })
// @ts-expect-error misspelt
void keyring.verify('token', { scopes: ['members.raed'] })
// @ts-expect-error a wildcard
void keyring.verify('token', { scopes: ['members.*'] })
// @ts-expect-error everything
void keyring.verify('token', { scopes: ['*'] })
// @ts-expect-error `scope`, which would check nothing
void keyring.verify('token', { scope: 'members.read' })
// @ts-expect-error an unknown resource type
void keyring.verify('token', { scopes: ['tasks.read'], resource: { type: 'bord', id: 'b1' } })

createGate(keyring, { scopes: ['tasks.read'], resource: (request) => ({ type: 'board', id: request.url }) })
// @ts-expect-error misspelt
createGate(keyring, { scopes: ['members.raed'] })
// @ts-expect-error a wildcard
createGate(keyring, { scopes: ['*.read'] })
// @ts-expect-error an unknown resource type
createGate(keyring, { scopes: ['tasks.read'], resource: () => ({ type: 'bord', id: 'b1' }) })

principal.allows('members.read')
// @ts-expect-error misspelt
principal.allows('members.raed')
// @ts-expect-error a wildcard
principal.allows('members.*')

void principal.allowsOn('tasks.read', { type: 'board', id: 'b1' })
// @ts-expect-error misspelt
void principal.allowsOn('tasks.raed', { type: 'board', id: 'b1' })
// @ts-expect-error an unknown resource type
void principal.allowsOn('tasks.read', { type: 'bord', id: 'b1' })
// @ts-expect-error no resource
void principal.allowsOn('tasks.read')

// @ts-expect-error an unknown resource type
void principal.levelOn('bord', 'b1')
principal.narrowTo({ board: ['b1'] })
// @ts-expect-error an unknown resource type, which would narrow nothing
principal.narrowTo({ bord: ['b1'] })
// @ts-expect-error `undefined`, which would leave nothing
principal.narrowTo({ board: undefined })
