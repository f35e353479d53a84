import type { Access } from '@keywright/core'
import { inputLimits } from '@keywright/core/adapter'
import { segment } from '../schema/fields.js'

type Json = Readonly<Record<string, unknown>>

const wildcard = `^(?:${segment}\\.)*\\*(?:\\.${segment})*$`

/**
 * Puts into a document the names that this keyring has: a creation takes no others. A change also takes back a name that has left
 * the access model, where the key has it, so it is described without names.
 */
export function narrowToNames(document: Json, access: Access, environments: readonly (string | null)[]): Json {
  const components = document.components as Json // described by the same package
  const schemas = components.schemas as Readonly<Record<string, Json>>
  const create = schemas.CreateKey ?? {}
  const { environment, ...properties } = create.properties as Readonly<Record<string, Json>>
  const named = environments.filter((name) => name !== null)
  const scopes = [...access.scopes.keys()].filter((name) => !access.resourceScopes.has(name))
  const narrowed = {
    ...properties,
    scopes: {
      ...without(properties.scopes, 'example'),
      items: {
        anyOf: [
          ...(scopes.length === 0 ? [] : [{ type: 'string', enum: scopes, title: 'A scope' }]),
          { type: 'string', pattern: wildcard, maxLength: 255, title: 'A wildcard' },
        ],
      },
    },
    preset: { ...without(properties.preset, 'example'), enum: [...access.presets.keys(), null] },
    roles:
      access.roles.size === 0
        ? { ...without(properties.roles, 'example'), maxItems: 0 }
        : { ...without(properties.roles, 'example'), items: { type: 'string', enum: [...access.roles.keys()] } },
    resources: {
      ...without(without(properties.resources, 'additionalProperties'), 'example'),
      properties: Object.fromEntries([...access.resources].map(([type, { levels }]) => [type, grantOf(levels)])),
      additionalProperties: false,
    },
    ...(named.length === 0 ? {} : { environment: { ...without(environment, 'example'), enum: named } }),
  }
  const CreateKey = { ...create, properties: narrowed }
  const paths = narrowParameters(document.paths, { scope: scopes, environment: named })
  return { ...document, paths, components: { ...components, schemas: { ...schemas, CreateKey } } }
}

/** Puts names into the parameters that are a name of the keyring's, wherever they are. */
function narrowParameters(part: unknown, names: Readonly<Record<string, readonly string[]>>): unknown {
  if (Array.isArray(part)) return part.map((each) => narrowParameters(each, names))
  if (typeof part !== 'object' || part === null) return part
  const { name, in: place, schema } = part as Json // an object, as was just asked
  const known = place === 'query' && typeof name === 'string' && Object.hasOwn(names, name) ? names[name] : undefined
  if (known !== undefined && known.length > 0) {
    const narrowed = { ...without(without(schema as Json, 'example'), 'maxLength'), enum: known } // of a parameter
    return { ...part, schema: narrowed }
  }
  return Object.fromEntries(Object.entries(part).map(([field, value]) => [field, narrowParameters(value, names)]))
}

/** A grant on resources of a type with these levels. */
function grantOf(levels: readonly string[]): Json {
  const level = { type: 'string', description: 'The level.', enum: levels }
  const grant = (mode: string, title: string, name: string, schema: Json): Json => ({
    type: 'object',
    title,
    properties: { mode: { type: 'string', description: `${title}.`, enum: [mode] }, [name]: schema },
    required: ['mode', name],
    additionalProperties: false,
  })
  return {
    description: 'What the key may do with resources of this type.',
    oneOf: [
      grant('all', 'On all resources', 'level', level),
      grant('specific', 'On some resources', 'levels', {
        type: 'object',
        description: 'The level on each resource, by its id.',
        additionalProperties: level,
        maxProperties: inputLimits.resources.most,
      }),
    ],
  }
}

function without(json: Json | undefined, name: string): Json {
  return Object.fromEntries(Object.entries(json ?? {}).filter(([each]) => each !== name))
}
