import { type Access, InvalidOptions, type RegisteredAccess } from '@keywright/core'
import { checkNames, isRecord, type NamesOf } from '@keywright/core/adapter'
import type { McpAccess } from '../caller/mcp-access.js'
import { checkAccess, checkShape, type Requirable } from './check-access.js'
import type { Registry } from './registry.js'
import { uriMatcher } from './uri-template.js'

/**
 * What tools, prompts and resources require, by name, for servers that do not register them with `scoped`: low-level servers with
 * `setRequestHandler`, and packs of tools that are registered by others.
 */
export interface McpDeclarations<A extends Access = RegisteredAccess> {
  /** By the name of the tool. */
  readonly tools?: Readonly<Record<string, McpAccess<A>>> | undefined
  /** By the name of the prompt. */
  readonly prompts?: Readonly<Record<string, McpAccess<A>>> | undefined
  /** By URI, or by URI template with variables such as `{id}`. `on` receives the variables as they stand in the URI. */
  readonly resources?: Readonly<Record<string, McpAccess<A>>> | undefined
}

const kinds: NamesOf<McpDeclarations> = { tools: true, prompts: true, resources: true }

/**
 * Adds declarations to `declared`.
 *
 * @throws {@link InvalidOptions} when a field is unknown, a requirement is wrong, or something was declared before.
 * @throws {@link ScopeUnknown} when the access model has no such scope.
 */
export function addDeclarations(declared: Registry, model: Requirable, declarations: McpDeclarations): void {
  checkNames(declarations, kinds, { at: 'declare' })
  for (const kind of ['tools', 'prompts', 'resources'] as const) {
    const given = declarations[kind]
    if (given === undefined) continue
    if (!isRecord(given)) throw new InvalidOptions(`declare.${kind}`, 'an object with a requirement for each name')
    for (const [name, required] of Object.entries(given)) {
      checkShape(required)
      checkAccess(model, required, name, kind)
      if (declared[kind].has(name) || declared.templates.has(name)) {
        throw new InvalidOptions(`declare.${kind}.${name}`, 'declared once')
      }
      if (kind === 'resources' && /[{}]/.test(name)) {
        const match = uriMatcher(name)
        if (match === null) throw new InvalidOptions(`declare.resources.${name}`, 'a URI template with {name} only')
        declared.templates.set(name, { access: required, uriTemplate: name, match })
      } else declared[kind].set(name, { access: required })
    }
  }
}
