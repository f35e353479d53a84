// Promise: what a key is given has a name in the model.
import { keyring, named } from './product.js'

void keyring.create({
  ...named,
  scopes: ['members.read', 'members.*', '*.read', '*'],
  preset: 'read-only',
  roles: ['planner'],
})
void keyring.create({ ...named, resources: { board: { mode: 'all', level: 'edit' } } })
void keyring.create({ ...named, resources: { board: { mode: 'specific', levels: { b1: 'read', b2: 'edit' } } } })

// @ts-expect-error a misspelt scope
void keyring.create({ ...named, scopes: ['members.raed'] })
// @ts-expect-error a wildcard over nothing
void keyring.create({ ...named, scopes: ['member.*'] })
// @ts-expect-error an unknown preset
void keyring.create({ ...named, preset: 'readonly' })
// @ts-expect-error an unknown role
void keyring.create({ ...named, roles: ['planer'] })
// @ts-expect-error an unknown resource type
void keyring.create({ ...named, resources: { bord: { mode: 'all', level: 'edit' } } })
// @ts-expect-error an unknown level
void keyring.create({ ...named, resources: { board: { mode: 'all', level: 'admin' } } })
// @ts-expect-error the level of another type
void keyring.create({ ...named, resources: { folder: { mode: 'all', level: 'edit' } } })
// @ts-expect-error an unknown level on one resource
void keyring.create({ ...named, resources: { board: { mode: 'specific', levels: { b1: 'view' } } } })
// @ts-expect-error an unknown mode
void keyring.create({ ...named, resources: { board: { mode: 'everything', level: 'edit' } } })
// @ts-expect-error both modes at once
void keyring.create({ ...named, resources: { board: { mode: 'all', levels: { b1: 'read' } } } })

void keyring.update('id', { scopes: ['tasks.*'], preset: 'read-only', roles: [], resources: {} })
// @ts-expect-error a misspelt scope
void keyring.update('id', { scopes: ['members.raed'] })
// @ts-expect-error an unknown preset
void keyring.update('id', { preset: 'readonly' })
// @ts-expect-error an unknown role
void keyring.update('id', { roles: ['planer'] })
// @ts-expect-error an unknown level
void keyring.update('id', { resources: { board: { mode: 'all', level: 'admin' } } })
